// The programs that the tests need besides Node: found, or installed where that is safe, or named with the line to type.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const redisVersionMin = '7.0';
/** OpenSSH wants to be started by its whole path. */
export const sshdPath = process.env.SSHD ?? '/usr/sbin/sshd';
const policyFile = '/usr/sbin/policy-rc.d';

interface RequiredProgram {
  readonly name: string;
  /** Null when it is there and new enough; else what is wrong with it. */
  problem(): string | null;
  readonly debianPackage: string;
  readonly homebrewPackage: string;
}

const programs: readonly RequiredProgram[] = [
  {
    name: 'redis-server',
    problem: redisServerProblem,
    debianPackage: 'redis-server',
    homebrewPackage: 'redis',
  },
  program('redis-sentinel', 'redis-sentinel', 'redis'),
  program('redis-benchmark', 'redis-tools', 'redis'),
  program('redis-cli', 'redis-tools', 'redis'),
  program('redis-check-rdb', 'redis-tools', 'redis'),
  program('openssl', 'openssl', 'openssl'),
  {
    name: 'sshd',
    problem: () => (spawnSync(sshdPath, ['-V']).error ? 'is missing' : null),
    debianPackage: 'openssh-server',
    homebrewPackage: 'openssh',
  },
  {
    name: 'chromium',
    problem: () => (findChromium() === null ? 'is missing' : null),
    debianPackage: 'chromium',
    homebrewPackage: '--cask chromium',
  },
];

function program(name: string, debianPackage: string, homebrewPackage: string): RequiredProgram {
  const problem = () => (spawnSync(name, ['--version']).error ? 'is missing' : null);
  return { name, problem, debianPackage, homebrewPackage };
}

function redisServerProblem(): string | null {
  const answer = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  if (answer.error) return 'is missing';
  const version = /v=([\d.]+)/.exec(answer.stdout)?.[1];
  if (version === undefined) return `does not tell its version: ${answer.stdout.trim()}`;
  const isOld = version.localeCompare(redisVersionMin, 'en', { numeric: true }) < 0;
  return isOld ? `is ${version}, and ${redisVersionMin} or newer is needed` : null;
}

/** The Chromium to test with: `CHROMIUM`, the system's own, or the one that playwright-core keeps. */
export function findChromium(): string | null {
  const candidates = [
    process.env.CHROMIUM,
    ...['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'].map((name) => `/usr/bin/${name}`),
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    chromium.executablePath(),
  ];
  return candidates.find((path) => path !== undefined && existsSync(path) && startsAtAll(path)) ?? null;
}

/** Ubuntu's /usr/bin/chromium-browser is a note that asks for snap; Windows' Chrome opens a window for --version. */
function startsAtAll(path: string): boolean {
  return process.platform === 'win32' || spawnSync(path, ['--version']).status === 0;
}

/**
 * Makes sure that every program is there. As root on Debian or Ubuntu what is missing is installed.
 * @throws Error with the exact line to type, where that is not possible or did not help.
 */
export function provideRequiredPrograms(): void {
  const lacking = programs.filter((needed) => needed.problem() !== null);
  if (lacking.length === 0) return;
  const isDebian = existsSync('/etc/debian_version') && spawnSync('apt-get', ['--version']).status === 0;
  if (isDebian && process.getuid?.() === 0) installOnDebian(lacking);
  const stillLacking = programs.filter((needed) => needed.problem() !== null);
  if (stillLacking.length > 0) throw new Error(whatToType(stillLacking, isDebian));
}

function installOnDebian(lacking: readonly RequiredProgram[]): void {
  const isUbuntu = /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));
  // Ubuntu's chromium package is a door to snap, which containers do not have: playwright-core brings its own.
  const fromPlaywright = isUbuntu && lacking.some(({ name }) => name === 'chromium');
  const packages = lacking
    .filter(({ name }) => !(fromPlaywright && name === 'chromium'))
    .map((one) => one.debianPackage);
  console.log(`installing what the tests need: ${lacking.map(({ name }) => name).join(', ')}`);
  withServicesAtRest(() => {
    run('apt-get', ['update', '-q']);
    if (packages.length > 0) run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]);
    if (fromPlaywright)
      run(process.execPath, ['node_modules/playwright-core/cli.js', 'install', '--with-deps', 'chromium']);
  });
}

/** Debian starts a service that it installs; a test must not leave a Redis running on 6379. */
function withServicesAtRest(install: () => void): void {
  const hadPolicy = existsSync(policyFile);
  if (!hadPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (!hadPolicy) rmSync(policyFile, { force: true });
  }
}

function run(command: string, words: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync(command, words, { stdio: ['ignore', 'inherit', 'inherit'], env });
}

function whatToType(lacking: readonly RequiredProgram[], isDebian: boolean): string {
  const problems = lacking.map((needed) => `${needed.name} ${needed.problem()}`).join('; ');
  return `the tests cannot run: ${problems}.\nType: ${lineToType(lacking, isDebian)}`;
}

function lineToType(lacking: readonly RequiredProgram[], isDebian: boolean): string {
  if (isDebian) {
    const packages = [...new Set(lacking.map((needed) => needed.debianPackage))].join(' ');
    return `sudo apt-get update && sudo apt-get install -y ${packages}`;
  }
  const packages = [...new Set(lacking.map((needed) => needed.homebrewPackage))];
  if (process.platform === 'darwin') return packages.map((one) => `brew install ${one}`).join(' && ');
  return `install ${lacking.map(({ name }) => name).join(', ')} with your system's packages, so that they are on the PATH`;
}
