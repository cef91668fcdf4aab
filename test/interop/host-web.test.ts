// The web shell's door under a real network: nothing without the token, nothing for another page, and the live stream.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import type { HostContract } from '#core/contract/contract.ts';
import { openWebShell, type WebShell } from '../../src-main/web/serve.ts';
import { waitFor } from '../support/wait-for.ts';

const pageText = '<!doctype html><title>the page</title>';

interface Served extends AsyncDisposable {
  readonly shell: WebShell;
  readonly origin: string;
  readonly port: number;
  readonly cookie: string;
}

async function startShell(): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'syncline-web-test-'));
  const rendererFolder = join(folder, 'renderer');
  await mkdir(join(rendererFolder, 'assets'), { recursive: true });
  await writeFile(join(rendererFolder, 'index.html'), pageText);
  await writeFile(join(rendererFolder, 'assets', 'a.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'not to be served');
  const shell = await openWebShell({
    port: 0,
    workerUrl: new URL(inject('nodeWorkerUrl')),
    rendererFolder,
    version: '0.0.0',
    settingsFolder: join(folder, 'settings'),
  });
  const url = new URL(shell.address);
  const visit = await fetch(shell.address, { redirect: 'manual' });
  return {
    shell,
    origin: url.origin,
    port: Number(url.port),
    cookie: visit.headers.get('set-cookie')?.split(';')[0] ?? '',
    [Symbol.asyncDispose]: async () => {
      await shell.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As fetch, but with any Host header and any path: fetch corrects both. */
function raw(port: number, path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

/** 101 when the socket opened, else the status of the refusal. */
function upgrade(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on('open', () => {
      socket.close();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => {}); // follows the refusal
  });
}

describe('the web shell', () => {
  it('changes the token of the address into a cookie and leaves no token in the address', async () => {
    await using served = await startShell();
    const visit = await fetch(served.shell.address, { redirect: 'manual' });
    expect([visit.status, visit.headers.get('location')]).toEqual([303, '/']);
    expect(visit.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    const page = await fetch(served.origin, { headers: { cookie: served.cookie } });
    expect([page.status, await page.text()]).toEqual([200, pageText]);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(
        /default-src 'self'; script-src 'self';.*frame-ancestors 'none'/,
      ),
    });
  });

  it('serves nothing without token or cookie but a page that says so', async () => {
    await using served = await startShell();
    for (const path of ['/', '/index.html', '/assets/a.js', '/?token=wrong', '/nope']) {
      const answer = await raw(served.port, path, { host: `127.0.0.1:${served.port}` });
      expect(answer.status, path).toBe(403);
      expect(answer.body).toContain('This address is not complete');
      expect(answer.body).not.toContain(new URL(served.shell.address).searchParams.get('token'));
    }
  });

  it('refuses a name that merely resolves to this machine, even with the token', async () => {
    await using served = await startShell();
    const { pathname, search } = new URL(served.shell.address);
    const rebound = await raw(served.port, pathname + search, { host: `evil.example:${served.port}` });
    expect(rebound.status).toBe(403);
  });

  it('serves files of the page alone', async () => {
    await using served = await startShell();
    const headers = { host: `127.0.0.1:${served.port}`, cookie: served.cookie };
    expect((await raw(served.port, '/assets/a.js', headers)).status).toBe(200);
    for (const path of [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets',
      '/assets/../../secret.txt',
    ]) {
      const answer = await raw(served.port, path, headers);
      expect(answer.status, path).toBe(404);
      expect(answer.body).not.toContain('not to be served');
    }
  });

  it('opens its socket to its own page with the cookie, and to nobody else', async () => {
    await using served = await startShell();
    const { port, origin, cookie } = served;
    const own = { host: `127.0.0.1:${port}`, origin, cookie };
    expect(await upgrade(port, '/host', own)).toBe(101);
    expect(await upgrade(port, '/host', { ...own, cookie: '' })).toBe(403);
    expect(await upgrade(port, '/host', { ...own, origin: 'http://evil.example' })).toBe(403);
    expect(
      await upgrade(port, '/host', { ...own, host: `evil.example:${port}`, origin: `http://evil.example:${port}` }),
    ).toBe(403);
    expect(await upgrade(port, '/other', own)).toBe(403);
  });

  it('carries the live stream and answers calls over its socket', async () => {
    await using served = await startShell();
    const { port, origin, cookie } = served;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/host`, { headers: { cookie, origin } });
    const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
    const client: ContractRouterClient<HostContract> = createORPCClient(link);
    const offsets = new Set<number>();
    let lastSeq = -1;
    const stream = await client.fleet.watch();
    void (async () => {
      for await (const event of stream) {
        expect(event.seq).toBe(lastSeq + 1);
        lastSeq = event.seq;
        const nodes = event.kind === 'snapshot' ? event.snapshot.nodes : event.changed;
        for (const { name, offset } of nodes) if (name === 'alpha' && offset !== null) offsets.add(offset);
      }
    })().catch(() => {}); // ends with the socket
    await waitFor(
      'offsets that move',
      () => offsets.size,
      (count) => count >= 3,
    );
    const unknown = await client.acts.plan({ kind: 'promote', nodeId: 'nope' });
    expect(unknown).toEqual({
      ok: false,
      failure: { code: 'nodeUnknown', params: { nodeId: 'nope' }, retryable: false },
    });
    await expect(
      client.acts.plan({ kind: 'startLoad', nodeId: 'x', writesPerSecond: 0, valueBytes: 1 }),
    ).rejects.toThrow();
    socket.close();
  });

  it('says which port is in use', async () => {
    await using served = await startShell();
    const { port } = served;
    const again = {
      port,
      workerUrl: new URL(inject('nodeWorkerUrl')),
      rendererFolder: '.',
      version: '0',
      settingsFolder: '.',
    };
    await expect(openWebShell(again)).rejects.toMatchObject({ failure: { code: 'portInUse', params: { port } } });
  });
});
