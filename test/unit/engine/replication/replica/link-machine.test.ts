// The machine of a replica's link: whole stories, and every way in which a step of the handshake can fail.
import { describe, expect, it } from 'vitest';
import { showMessage } from '#core/engine/replication/replica/handshake.ts';
import { step } from '#core/engine/replication/replica/link-machine.ts';
import {
  isHandshake,
  type LinkEvent,
  type LinkFacts,
  type LinkState,
  mayMove,
  roleWord,
} from '#core/engine/replication/replica/link-state.ts';

const id = '4'.repeat(40);
const facts: LinkFacts = {
  handsOver: false,
  address: { host: 'm', port: 7000 },
  us: { user: '', password: '', listeningPort: 7001, announceIp: '' },
  resume: { id, byte: 108 },
  loadsFromDisk: false,
  mayRetryAtOnce: true,
};
const line = (text: string): LinkEvent => ({ kind: 'line', text });

/** Runs events from a state; answers the last state and what was done, one line each. */
function run(from: LinkState, events: readonly LinkEvent[], known: LinkFacts = facts) {
  const done: string[] = [];
  let state = from;
  for (const event of events) {
    const next = step(state, event, known);
    state = next.state;
    for (const effect of next.effects) {
      if (effect.kind === 'send') done.push(...effect.messages.map((message) => `> ${showMessage(message)}`));
      else if (effect.kind === 'log') done.push(`${effect.level[0]} ${effect.text}`);
      else if (effect.kind === 'fail') done.push(`! ${effect.reason.code}`);
      else if (effect.kind === 'continue') done.push(`continue ${effect.id}`);
      else if (effect.kind === 'expectSnapshot') done.push(`expect ${JSON.stringify(effect.history)}`);
      else if (effect.kind === 'receiveSnapshot') done.push(`receive ${JSON.stringify(effect.end)}`);
      else done.push(effect.kind);
    }
  }
  return { state, done };
}

const none: LinkState = { kind: 'none' };
const toPsync: readonly LinkEvent[] = [{ kind: 'attach' }, { kind: 'opened' }, line('+PONG'), line('+OK'), line('+OK')];

describe('the link of a replica', () => {
  it('shakes hands, asks by its history and continues, in the words of Redis', () => {
    expect(run(none, [...toPsync, line(`+CONTINUE ${id}`)])).toEqual({
      state: { kind: 'connected' },
      done: [
        'n Connecting to MASTER m:7000',
        'n MASTER <-> REPLICA sync started',
        'open',
        'n Non blocking connect for SYNC fired the event.',
        '> PING',
        'n Master replied to PING, replication can continue...',
        '> REPLCONF listening-port 7001',
        '> REPLCONF capa eof capa psync2',
        `n Trying a partial resynchronization (request ${id}:108).`,
        `> PSYNC ${id} 108`,
        'n Successful partial resynchronization with master.',
        `continue ${id}`,
        'n MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.',
      ],
    });
  });

  it('says user, password and address, and hides the password from who reads', () => {
    const us = { user: 'bob', password: 'secret', listeningPort: 7001, announceIp: '10.0.0.9' };
    const story: LinkEvent[] = [{ kind: 'attach' }, { kind: 'opened' }, line('-NOAUTH Authentication required.')];
    const { state, done } = run(none, story, { ...facts, us });
    expect(state.kind).toBe('receive-auth-reply');
    expect(done.filter((entry) => entry.startsWith('>'))).toEqual([
      '> PING',
      '> AUTH bob ***',
      '> REPLCONF listening-port 7001',
      '> REPLCONF ip-address 10.0.0.9',
      '> REPLCONF capa eof capa psync2',
    ]);
    expect(run(state, [line('+OK'), line('+OK'), line('+OK')], { ...facts, us }).state.kind).toBe('receive-capa-reply');
  });

  it('asks for everything when there is nothing to go on from', () => {
    const { done } = run(none, toPsync, { ...facts, resume: null });
    expect(done.slice(-2)).toEqual(['n Partial resynchronization not possible (no cached master)', '> PSYNC ? -1']);
  });

  it.each([
    [`$EOF:${'e'.repeat(40)}`, { kind: 'mark', mark: 'e'.repeat(40) }],
    ['$12345', { kind: 'length', bytes: 12345 }],
  ])('receives a snapshot that begins with %s, and streams once it is loaded', (head, end) => {
    const story = [...toPsync, line(''), line(`+FULLRESYNC ${id} 777`), line(''), line(head)];
    const { state, done } = run(none, story);
    expect(state).toEqual({ kind: 'transfer', part: 'payload' });
    expect(done).toContain(`n Full resync from master: ${id}:777`);
    expect(done).toContain(`expect ${JSON.stringify({ id, offset: 777 })}`);
    expect(done.at(-1)).toBe(`receive ${JSON.stringify(end)}`);
    expect(run(state, [{ kind: 'loaded' }])).toEqual({
      state: { kind: 'connected' },
      done: ['n MASTER <-> REPLICA sync: Finished with success'],
    });
  });

  it('goes on when the master does not know what REPLCONF says', () => {
    const { state, done } = run({ kind: 'receive-port-reply' }, [line('-ERR unknown'), line('-ERR unknown')]);
    expect(state.kind).toBe('receive-psync-reply');
    expect(done).toContain('n (Non critical) Master does not understand REPLCONF listening-port: -ERR unknown');
    expect(done).toContain('n (Non critical) Master does not understand REPLCONF capa: -ERR unknown');
  });

  it('tries SYNC with a master that does not know PSYNC', () => {
    const { state, done } = run({ kind: 'receive-psync-reply' }, [line("-ERR unknown command 'PSYNC'")]);
    expect(state).toEqual({ kind: 'transfer', part: 'length' });
    expect(done).toEqual([
      "n Master does not support PSYNC or is in error state (reply: -ERR unknown command 'PSYNC')",
      'n Retrying with SYNC...',
      '> SYNC',
      'expect null',
    ]);
  });
});

const ping: LinkState = { kind: 'receive-ping-reply' };
const psync: LinkState = { kind: 'receive-psync-reply' };
const head: LinkState = { kind: 'transfer', part: 'length' };
const payload: LinkState = { kind: 'transfer', part: 'payload' };
const failures: readonly [string, LinkState, LinkEvent, string, string, 'connect' | 'connecting'][] = [
  [
    'refused',
    { kind: 'connecting' },
    { kind: 'openFailed', systemCode: 'ECONNREFUSED' },
    'linkConnectionRefused',
    'w Error condition on socket for SYNC: Connection refused',
    'connect',
  ],
  [
    'no such host',
    { kind: 'connecting' },
    { kind: 'openFailed', systemCode: 'ENOTFOUND' },
    'linkUnresolved',
    'w Unable to connect to MASTER: Name or service not known',
    'connect',
  ],
  [
    'too late to open',
    { kind: 'connecting' },
    { kind: 'openFailed', systemCode: 'ETIMEDOUT' },
    'linkTimedOut',
    'w Error condition on socket for SYNC: Connection timed out',
    'connect',
  ],
  [
    'an HTTP server',
    ping,
    line('HTTP/1.1 400 Bad Request'),
    'linkNotRedis',
    "w Error reply to PING from master: 'HTTP/1.1 400 Bad Request'",
    'connect',
  ],
  [
    'a loading master',
    ping,
    line('-LOADING Redis is loading the dataset in memory'),
    'linkMasterLoading',
    "w Error reply to PING from master: '-LOADING Redis is loading the dataset in memory'",
    'connect',
  ],
  [
    'a wrong password',
    { kind: 'receive-auth-reply' },
    line('-WRONGPASS invalid username-password pair or user is disabled.'),
    'linkAuthRejected',
    'w Unable to AUTH to MASTER: -WRONGPASS invalid username-password pair or user is disabled.',
    'connect',
  ],
  [
    'a master without its own master',
    psync,
    line("-NOMASTERLINK Can't SYNC while not connected with my master"),
    'linkMasterDown',
    "n Master is currently unable to PSYNC but should be in the future: -NOMASTERLINK Can't SYNC while not connected with my master",
    'connect',
  ],
  [
    'a master that began to load',
    psync,
    line('-LOADING x'),
    'linkMasterLoading',
    'n Master is currently unable to PSYNC but should be in the future: -LOADING x',
    'connect',
  ],
  [
    'a broken FULLRESYNC',
    psync,
    line('+FULLRESYNC abc'),
    'linkRefused',
    'w Master replied with wrong +FULLRESYNC syntax.',
    'connect',
  ],
  [
    'a cut at PING',
    ping,
    { kind: 'closed', systemCode: null },
    'linkClosed',
    'w Master did not respond to command during SYNC handshake',
    'connect',
  ],
  [
    'a cut at the port',
    { kind: 'receive-port-reply' },
    { kind: 'closed', systemCode: 'ECONNRESET' },
    'linkClosed',
    'w Failed to read response from the server: Connection reset by peer',
    'connect',
  ],
  [
    'a cut at PSYNC',
    psync,
    { kind: 'closed', systemCode: null },
    'linkClosed',
    'w Master did not reply to PSYNC, will try later',
    'connect',
  ],
  [
    'a password that is missing',
    head,
    line('-NOAUTH Authentication required.'),
    'linkAuthRequired',
    'w MASTER aborted replication with an error: NOAUTH Authentication required.',
    'connecting',
  ],
  [
    'no snapshot',
    head,
    line('hello'),
    'linkNotRedis',
    "w Bad protocol from MASTER, the first byte is not '$' (we received 'hello'), are you sure the host and port are right?",
    'connecting',
  ],
  [
    'a cut before the snapshot',
    head,
    { kind: 'closed', systemCode: null },
    'linkClosed',
    'w I/O error reading bulk count from MASTER: connection lost',
    'connecting',
  ],
  [
    'a cut in the snapshot',
    payload,
    { kind: 'closed', systemCode: null },
    'linkTransferFailed',
    'w I/O error trying to sync with MASTER: connection lost',
    'connecting',
  ],
  [
    'a cut in the stream',
    { kind: 'connected' },
    { kind: 'closed', systemCode: null },
    'linkClosed',
    'w Connection with master lost.',
    'connecting',
  ],
  [
    'silence in the handshake',
    ping,
    { kind: 'timedOut' },
    'linkTimedOut',
    'w Timeout connecting to the MASTER...',
    'connecting',
  ],
  [
    'silence in the snapshot',
    payload,
    { kind: 'timedOut' },
    'linkTimedOut',
    "w Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
    'connecting',
  ],
  [
    'silence in the stream',
    { kind: 'connected' },
    { kind: 'timedOut' },
    'linkTimedOut',
    'w MASTER timeout: no data nor PING received...',
    'connecting',
  ],
];

describe('the link of a replica that fails', () => {
  it.each(failures)('by %s says why, closes, and tries again', (_, from, event, code, words, next) => {
    const { state, done } = run(from, [event]);
    expect(done).toContain(words);
    expect(done).toContain(`! ${code}`);
    expect(done.indexOf('close')).toBeLessThan(done.indexOf(`! ${code}`));
    expect(state.kind).toBe(next);
    expect(done.includes('open')).toBe(next === 'connecting');
  });

  it.each(failures)('by %s tries no more than once a second', (_, from, event) => {
    const { state, done } = run(from, [event], { ...facts, mayRetryAtOnce: false });
    expect(state.kind).toBe('connect');
    expect(done).not.toContain('open');
    expect(run(state, [{ kind: 'tick' }]).state.kind).toBe('connecting');
  });

  it('shows no raw bytes of a foreign peer', () => {
    const { done } = run(ping, [line(`\u0016\u0003\u0001${'x'.repeat(500)}`)]);
    expect(done.every((entry) => /^[\x20-\x7e]{1,160}$/.test(entry))).toBe(true);
  });
});

describe('the states of the link', () => {
  const states: readonly LinkState[] = [
    none,
    { kind: 'connect' },
    { kind: 'connecting' },
    ping,
    { kind: 'receive-auth-reply' },
    { kind: 'receive-port-reply' },
    { kind: 'receive-ip-reply' },
    { kind: 'receive-capa-reply' },
    psync,
    head,
    payload,
    { kind: 'connected' },
  ];
  const events: readonly LinkEvent[] = [
    { kind: 'attach' },
    { kind: 'tick' },
    { kind: 'opened' },
    { kind: 'openFailed', systemCode: 'ECONNREFUSED' },
    line(''),
    line('+OK'),
    line('-ERR x'),
    line(`+FULLRESYNC ${id} 1`),
    line('$5'),
    { kind: 'loaded' },
    { kind: 'closed', systemCode: null },
    { kind: 'timedOut' },
    { kind: 'detach' },
  ];

  it('are left by allowed moves only, whatever happens in whatever state', () => {
    for (const state of states) {
      for (const event of events) {
        const next = step(state, event, facts);
        expect(mayMove(state, next.state), `${state.kind} at ${event.kind}`).toBe(true);
        if (event.kind === 'detach') expect(next.state.kind).toBe('none');
      }
    }
  });

  it('have the words that ROLE says', () => {
    expect(states.map(roleWord)).toEqual([
      'none',
      'connect',
      'connecting',
      ...Array.from({ length: 6 }, () => 'handshake'),
      'sync',
      'sync',
      'connected',
    ]);
    expect(states.filter(isHandshake)).toHaveLength(6);
  });
});
