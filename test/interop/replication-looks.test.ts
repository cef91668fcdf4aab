// What an operator sees of replication is the same on a real server and on ours: INFO, ROLE and the lines of the log.
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { startRelay } from '../support/relay.ts';
import { attach, expectInSync, info, linkUp, promote } from '../support/replication.ts';
import type { ServerProcess, ServerSettings, StartOptions } from '../support/server-process.ts';
import { startSyncline } from '../support/syncline-server.ts';
import { waitFor } from '../support/wait-for.ts';

type Start = (options?: StartOptions) => Promise<ServerProcess>;

/** Nothing gets into the stream by itself, so that offsets can be compared. */
const settings: ServerSettings = { 'repl-diskless-sync-delay': 0, 'repl-ping-replica-period': 3600 };

/** Fields whose values are the server's own; of the others the values must be equal too. */
const ownFields = /^(master_replid2?|master_port|master_last_io_seconds_ago|slave0|master_link_down_since_seconds)$/;

async function look(server: ServerProcess) {
  const client = server.client();
  const fields = Object.entries(await info(client, 'replication'));
  client.disconnect();
  return fields.map(([name, value]) => (ownFields.test(name) ? name : `${name}:${value}`));
}

/** The same story with a server of either kind, beside a real partner. */
async function tell(start: Start) {
  const seen: Record<string, readonly string[]> = {};
  await using subject = await start({ settings });
  await using partner = await startRedis({ settings });
  await using relay = await startRelay(partner);
  seen['a master alone'] = await look(subject);
  await attach(partner, subject);
  await linkUp(partner);
  await subject.client().set('a', '1');
  await expectInSync(subject, partner);
  seen['a master with a replica'] = await look(subject);
  seen['the role of a master'] = JSON.stringify(await subject.client().role())
    .split(',')
    .slice(0, 2);
  await promote(partner);
  await attach(subject, relay);
  await linkUp(subject);
  await expectInSync(partner, subject);
  seen['a replica'] = await look(subject);
  relay.refuse();
  relay.cut();
  await waitFor(
    'the link to be down',
    () => look(subject),
    (fields) => fields.includes('master_link_status:down'),
  );
  seen['a replica without its master'] = await look(subject);
  relay.accept();
  await linkUp(subject);
  await promote(subject);
  seen['a promoted replica'] = await look(subject);
  await attach(subject, { host: '127.0.0.1', port: await freePort() });
  await waitFor('a refused try', () => subject.output().includes('Connection refused'));
  return { seen, log: logOf(subject) };
}

/** The lines about replication, without times, numbers and ids; lines that follow each other more than once as one. */
function logOf(server: ServerProcess): string[] {
  const lines = server
    .output()
    .split('\n')
    .flatMap((line) => /^\d+:([MSC]) \S+ \S+ \S+ \S+ (. .*)$/.exec(line)?.slice(1).join(' ') ?? [])
    .filter((line) => /^[MS]/.test(line))
    .filter((line) => /replica|master|sync|RDB|BGSAVE/i.test(line) && !line.includes('overcommit'))
    .filter((line) => !whatOnlyOneSays.test(line))
    .map((line) =>
      line
        .replace(/[0-9a-f]{40}/g, 'ID')
        .replace(/user request from '.*'/, 'user request')
        .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
        .replace(/to (disk|parser)$/, 'to SOMEWHERE')
        .replace(/\d+(\.\d+)?/g, 'N'),
    );
  return lines.filter((line, index) => line !== lines[index - 1]);
}

/**
 * Redis forks, loads from a file by default, and flushes its data first. Ours streams into a second keyspace and swaps.
 * When a link is lost without a word, the system's text differs (Success), and ours waits where Redis tries at once.
 */
const whatOnlyOneSays =
  /by pid|Flushing old data|Swapping active DB|Discarding previously cached|memory usage when|Failed to read response|did not respond to command|Error condition|Reconnecting to MASTER|Connecting to MASTER|sync started|Non blocking connect/;

describe('what an operator sees', () => {
  it('is the same in INFO, ROLE and the log of Redis and Syncline', async () => {
    const [real, ours] = [await tell(startRedis), await tell(startSyncline)];
    expect(ours.seen).toEqual(real.seen);
    expect(ours.log).toEqual(real.log);
    expect(real.log.length).toBeGreaterThan(20);
  });
});
