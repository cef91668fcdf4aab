// The same requests to our server and to a real Redis, over sockets: the same bytes must come back, up to the close.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import { startRedis } from '../support/redis-server.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { functionCases } from './support/function-cases.ts';
import { geoCases } from './support/geo-cases.ts';
import { hashCases } from './support/hash-cases.ts';
import { keyCases } from './support/key-cases.ts';
import { lcsCases } from './support/lcs-cases.ts';
import { listCases } from './support/list-cases.ts';
import { protocolCases } from './support/protocol-cases.ts';
import { serverCases } from './support/server-cases.ts';
import { setCases } from './support/set-cases.ts';
import { sortCases } from './support/sort-cases.ts';
import { sortedSetCases } from './support/sorted-set-cases.ts';
import { stringCases } from './support/string-cases.ts';
import { transactionCases } from './support/transaction-cases.ts';

/** A case is a story on one connection, over empty databases. */
const cases: Readonly<Record<string, Readonly<Record<string, readonly Step[]>>>> = {
  protocol: protocolCases,
  strings: stringCases,
  'common texts': lcsCases,
  hashes: hashCases,
  lists: listCases,
  sets: setCases,
  'sorted sets': sortedSetCases,
  keys: keyCases,
  sorting: sortCases,
  functions: functionCases,
  places: geoCases,
  transactions: transactionCases,
  server: serverCases,
};

/** Words divided by spaces; or the words themselves; or bytes as they are. */
export type Step = string | readonly string[] | { readonly raw: string };

/** HELLO says which connection it is: not the same on both. */
const connectionId = /(\$2\r\nid\r\n:)\d+/g;
const answerTimeoutMs = 10_000;

let redis: ServerProcess;
let ours: ServerProcess;

beforeAll(async () => {
  [redis, ours] = await Promise.all([startRedis(), startSyncline()]);
});

afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await ours?.[Symbol.asyncDispose]();
});

function bytesOf(step: Step): Buffer {
  if (typeof step === 'object' && 'raw' in step) return Buffer.from(step.raw, 'latin1');
  const words = typeof step === 'string' ? step.split(' ') : step;
  return encodeRequest(words.map((word) => Buffer.from(word, 'latin1')));
}

/** Everything that the server answers to `bytes` and a QUIT, until it closes. */
function answersOf(server: ServerProcess, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(server.port, server.host);
    const text = () => Buffer.concat(received).toString('latin1');
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`${server.name} did not close within ${answerTimeoutMs} ms; it said ${JSON.stringify(text())}`));
    }, answerTimeoutMs);
    socket.on('data', (chunk) => void received.push(chunk));
    // A server that refuses a request may close before it has read everything.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text().replace(connectionId, '$1'));
    });
    socket.write(Buffer.concat([encodeRequest(['FLUSHALL']), bytes, encodeRequest(['QUIT'])]));
  });
}

for (const [family, stories] of Object.entries(cases)) {
  describe(family, () => {
    test.each(Object.entries(stories))('%s', async (_, steps) => {
      const bytes = Buffer.concat(steps.map(bytesOf));
      const [theirs, oursSaid] = await Promise.all([answersOf(redis, bytes), answersOf(ours, bytes)]);
      expect(theirs).toContain('+OK\r\n');
      expect(oursSaid).toBe(theirs);
    });
  });
}
