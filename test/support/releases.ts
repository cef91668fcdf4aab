// Other releases than the machine's own Redis, as Debian packs them: kept in a folder beside the tests, never installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const releaseNames = ['Redis 6.0', 'Redis 8.0', 'Valkey 8.1'] as const;
export type ReleaseName = (typeof releaseNames)[number];

interface Release {
  /** The release of Debian that has it. */
  readonly suite: string;
  /** The program, and all that it loads: it runs with the C library of its own suite. */
  readonly packages: readonly string[];
  /** Its name in usr/bin. */
  readonly program: string;
}

const trixieLibraries = ['libc6', 'libssl3t64', 'libjemalloc2', 'liblzf1', 'libatomic1', 'libstdc++6', 'libgcc-s1'];
const systemdOfTrixie = ['libsystemd0', 'libcap2'];
const systemdOfBullseye = [
  'libsystemd0',
  'liblzma5',
  'libzstd1',
  'liblz4-1',
  'libgcrypt20',
  'libgpg-error0',
  'libcap2',
];

const releases: Readonly<Record<ReleaseName, Release>> = {
  'Redis 6.0': {
    suite: 'bullseye',
    packages: [
      ...['redis-server', 'redis-tools', 'libc6', 'libssl1.1', 'libjemalloc2', 'liblzf1', 'libatomic1'],
      ...['liblua5.1-0', 'lua-bitop', 'lua-cjson', 'libstdc++6', 'libgcc-s1', ...systemdOfBullseye],
    ],
    program: 'redis-server',
  },
  'Redis 8.0': {
    suite: 'trixie',
    packages: ['redis-server', 'redis-tools', ...trixieLibraries, ...systemdOfTrixie],
    program: 'redis-server',
  },
  'Valkey 8.1': {
    suite: 'trixie',
    packages: ['valkey-server', 'valkey-tools', ...trixieLibraries, ...systemdOfTrixie],
    program: 'valkey-server',
  },
};

interface Program {
  readonly command: string;
  readonly leadingArguments: readonly string[];
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const store = resolve('.cache/server-releases');

/** Null where they can be had; else why not, in words. */
export function whyNoReleases(): string | null {
  const isDebian = existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (!isDebian) return 'this system is not Debian';
  return existsSync(keyring) ? null : `${keyring} is missing (package debian-archive-keyring)`;
}

/** How a release is started: the loader of its suite, and what stands before the settings. */
export function releaseProgram(name: ReleaseName): Program {
  if (!existsSync(folderOf(name))) throw new Error(`${name} is not there yet: npm test -- interop fetches it`);
  return programIn(folderOf(name), name);
}

function programIn(folder: string, name: ReleaseName): Program {
  const libraries = libraryFolders(folder);
  const [loader] = libraries.flatMap((path) =>
    readdirSync(path).flatMap((file) => (/^ld-linux.*\.so/.test(file) ? [join(path, file)] : [])),
  );
  if (loader === undefined) throw new Error(`no loader in ${folder}`);
  const program = join(folder, 'usr/bin', releases[name].program);
  return { command: loader, leadingArguments: ['--library-path', libraries.join(':'), program] };
}

/**
 * Fetches what is not there yet, with its signatures checked, by the mirror that the system itself uses.
 * @throws Error with what apt said, where it cannot be had.
 */
export function provideReleases(): void {
  for (const name of releaseNames) if (!existsSync(folderOf(name))) fetchRelease(name);
}

function fetchRelease(name: ReleaseName): void {
  const { suite, packages } = releases[name];
  console.log(`fetching ${name} of Debian ${suite} for the tests`);
  const apt = join(store, `apt-${suite}`);
  const unpacked = `${folderOf(name)}.new`;
  rmSync(unpacked, { recursive: true, force: true });
  for (const path of ['lists/partial', 'cache/archives/partial', 'debs', 'parts']) {
    mkdirSync(join(apt, path), { recursive: true });
  }
  mkdirSync(unpacked, { recursive: true });
  writeFileSync(join(apt, 'sources.list'), sources(suite));
  writeFileSync(join(apt, 'status'), '');
  const options = {
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': join(apt, 'parts'),
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': join(apt, 'cache'),
    'APT::Sandbox::User': '',
  };
  const words = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  run('apt-get', ['-q', ...words, 'update']);
  run('apt-get', ['-q', ...words, 'download', ...packages], join(apt, 'debs'));
  for (const file of readdirSync(join(apt, 'debs'))) run('dpkg-deb', ['-x', join(apt, 'debs', file), unpacked]);
  rmSync(apt, { recursive: true });
  const { command, leadingArguments } = programIn(unpacked, name);
  run(command, [...leadingArguments, '--version']);
  renameSync(unpacked, folderOf(name));
}

/** The suite by each of the system's own mirrors. */
function sources(suite: string): string {
  const told = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { encoding: 'utf8' }).stdout ?? '';
  const mirrors = [...new Set(told.split('\n'))];
  const by = (end: string, distribution: string) =>
    mirrors
      .filter((mirror) => mirror.endsWith(end))
      .map((mirror) => `deb [signed-by=${keyring}] ${mirror} ${distribution} main\n`);
  return [...by('/debian/', suite), ...by('/debian-security/', `${suite}-security`)].join('');
}

function run(command: string, words: readonly string[], cwd = store): void {
  execFileSync(command, words, { stdio: ['ignore', 'ignore', 'inherit'], cwd });
}

function folderOf(name: ReleaseName): string {
  return join(store, name.toLowerCase().replace(' ', '-'));
}

/** Where a suite keeps its libraries: lib and usr/lib, each by the machine's kind. */
function libraryFolders(folder: string): string[] {
  return ['lib', 'usr/lib', 'lib64', 'usr/lib64'].flatMap((path) => {
    const at = join(folder, path);
    if (!existsSync(at)) return [];
    const kinds = readdirSync(at, { withFileTypes: true }).filter((entry) => entry.name.endsWith('-linux-gnu'));
    return path.endsWith('64') ? [at] : kinds.map((entry) => join(at, entry.name));
  });
}
