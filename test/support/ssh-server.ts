// The real sshd on a free loopback port, for one user who logs in by key: `await using ssh = await startSshServer()`.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { sshdPath } from './required-programs.ts';
import { waitFor } from './wait-for.ts';

export interface SshServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** The private key that it lets in. */
  readonly key: string;
  readonly keyPassphrase: string;
  /** The server's own key as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** How many logins its log holds. */
  logins(): number;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const keyPassphrase = 'open the key';

export async function startSshServer(): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-ssh-'));
  const hostKey = join(folder, 'host-key');
  const userKey = join(folder, 'user-key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', keyPassphrase, '-f', userKey]);
  const { stdout } = await run('ssh-keygen', ['-l', '-f', `${hostKey}.pub`]);
  const port = await freePort();
  const settings = join(folder, 'sshd_config');
  await writeFile(settings, config(port, hostKey, `${userKey}.pub`));
  // Debian's sshd wants this folder, which its service would make.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(sshdPath, ['-D', '-e', '-f', settings], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await waitFor('sshd to listen', () => log.includes('Server listening'));
  } catch (error) {
    await stop();
    throw new Error(`sshd did not start: ${log}`, { cause: error });
  }
  return {
    host: '127.0.0.1',
    port,
    username: userInfo().username,
    key: await readFile(userKey, 'utf8'),
    keyPassphrase,
    fingerprint: stdout.split(' ')[1] ?? '',
    logins: () => log.split('Accepted publickey').length - 1,
    stop,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function config(port: number, hostKey: string, authorizedKeys: string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorizedKeys}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'AllowTcpForwarding yes',
    '',
  ].join('\n');
}
