// MONITOR, SLOWLOG and LATENCY: who looks at the commands that run sees on ours what he sees on a real server.
import { describe, expect, it } from 'vitest';
import { answer, tellBoth } from '../support/both-kinds.ts';
import { openPlain } from '../support/plain-socket.ts';
import { waitFor } from '../support/wait-for.ts';

/** A command of a busy machine; a mistaken unit would be a thousand times as long. */
const longestMs = 10_000;
const longestMicros = 1000 * longestMs;

/** Lines of a monitor without what is each server's own. */
function shownTo(text: string): string[] {
  return text
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\+\d{10}\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\]/, '+TIME [$1 ADDRESS]'));
}

describe('MONITOR', () => {
  it('shows every command that ran, with its database, without secrets and without those of an administrator', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start();
      using monitor = await openPlain(subject);
      monitor.say('MONITOR\r\nMONITOR\r\n');
      await waitFor('the monitor to be let in', () => monitor.received() === '+OK\r\n');
      using client = await openPlain(subject);
      const requests = [
        'set a "b\\"\\\\\\n\\x01\\xff"',
        'MULTI',
        'incr n',
        'incr a',
        'EXEC',
        'select 3',
        'get x',
        'auth nobody secret',
        'hello 2 auth nobody secret',
        'config set requirepass ""',
        'acl whoami',
        'acl setuser eve >secret',
        'nosuch 1',
        'set wrong arity here',
        'get',
        'blpop list 0.01',
        'PING last',
      ];
      for (const request of requests) client.say(`${request}\r\n`);
      await waitFor('the last command', () => /"PING" "last"/.test(monitor.received()));
      return shownTo(monitor.received());
    });
    expect(seen).toContain('+TIME [3 ADDRESS] "auth" "(redacted)" "(redacted)"');
    expect(seen.join('\n')).not.toContain('secret');
  });

  it('is a connection that touches no key, and may go back to what it was', async () => {
    await tellBoth(async (start) => {
      await using subject = await start();
      using monitor = await openPlain(subject);
      const say = async (text: string, until: RegExp) => {
        monitor.say(text);
        await waitFor(`an answer to ${text}`, () => until.test(monitor.received()));
      };
      await say('MONITOR\r\nGET a\r\nMULTI\r\nSET a b\r\nEXEC\r\n', /EXECABORT[^"]*"EXEC"/);
      const [, flags] = /cmd=exec|flags=(\w+)/.exec(String(await subject.client().client('LIST'))) ?? [];
      await say('SUBSCRIBE c\r\n', /subscribe[^"]*"SUBSCRIBE" "c"/);
      await say('RESET\r\nGET a\r\nMULTI\r\nMONITOR\r\nEXEC\r\n', /DENY BLOCKING/);
      return { flags, shown: shownTo(monitor.received()).filter((line) => !/info|INFO|client/i.test(line)) };
    });
  });
});

describe('SLOWLOG', () => {
  it('keeps what took longer than slowlog-log-slower-than, shortened, without secrets, slowlog-max-len of them', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: { 'slowlog-log-slower-than': 0, 'slowlog-max-len': 7 } });
      const client = subject.client();
      await client.client('SETNAME', 'me');
      await client.call('SLOWLOG', 'RESET');
      await answer(client, 'SET', 'dropped', '1');
      await answer(client, 'AUTH', 'nobody', 'secret');
      await answer(client, 'CONFIG', 'SET', 'masterauth', 'secret', 'maxmemory', '0');
      await answer(client, 'MSET', ...Array.from({ length: 80 }, (_, i) => String(i)));
      await answer(client, 'SET', 'long', 'x'.repeat(300));
      await answer(client, 'LPUSH', 'long', '1');
      await client.multi().set('in', 'exec').exec();
      const entries = (await client.call('SLOWLOG', 'GET', '-1')) as [
        number,
        number,
        number,
        string[],
        string,
        string,
      ][];
      const words: unknown[] = [];
      const say = async (...request: (string | number)[]) => void words.push(await answer(client, ...request));
      await say('SLOWLOG', 'LEN');
      for (const count of ['0', '2', 'x', '-2']) {
        const said = await answer(client, 'SLOWLOG', 'GET', count);
        words.push(Array.isArray(said) ? said.length : said);
      }
      await client.config('SET', 'slowlog-log-slower-than', '-1');
      await say('SLOWLOG', 'RESET');
      await say('GET', 'a');
      await say('SLOWLOG', 'LEN');
      await client.config('SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '0');
      await say('GET', 'a');
      await say('SLOWLOG', 'LEN');
      await say('SLOWLOG', 'NO');
      await say('SLOWLOG', 'LEN', 'x');
      await say('SLOWLOG', 'HELP');
      return {
        entries: entries.map(([id, , , request, , name]) => [id - entries.at(-1)![0], request, name]),
        plausible: entries.every(
          ([, at, micros, , from]) => at > 1.7e9 && micros < longestMicros && from.startsWith('127.0.0.1:'),
        ),
        words,
      };
    });
    expect(seen.plausible).toBe(true);
    expect(JSON.stringify(seen.entries)).not.toContain('secret');
    expect(seen.words[0]).toBe(7);
  });

  it('hears of a command that stands still, at the usual limit', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: { 'enable-debug-command': 'yes' } });
      const client = subject.client();
      await client.set('quick', '1');
      await client.call('DEBUG', 'SLEEP', '0.02');
      const [[, , micros, request]] = (await client.call('SLOWLOG', 'GET')) as [[number, number, number, string[]]];
      return { request, isRight: micros >= 20_000 && micros < longestMicros };
    });
    expect(seen).toEqual({ request: ['DEBUG', 'SLEEP', '0.02'], isRight: true });
  });
});

describe('LATENCY', () => {
  it('samples what takes longer than latency-monitor-threshold, and says what it thinks of it', async () => {
    const figures = /\d+(\.\d+)?(?=ms| sec)/g;
    const seen = await tellBoth(async (start) => {
      await using subject = await start({ settings: { 'enable-debug-command': 'yes' } });
      const client = subject.client();
      const words: unknown[] = [];
      const say = async (...request: (string | number)[]) => void words.push(await answer(client, ...request));
      const doctor = async () =>
        void words.push(String(await answer(client, 'LATENCY', 'DOCTOR')).replace(figures, 'N'));
      await doctor();
      await say('LATENCY', 'LATEST');
      await say('LATENCY', 'HISTORY', 'command');
      await say('LATENCY', 'RESET');
      // High above what a busy machine makes of a quick command.
      await client.config('SET', 'latency-monitor-threshold', '400');
      await doctor();
      await client.call('DEBUG', 'SLEEP', '0.5');
      const latest = (await client.call('LATENCY', 'LATEST')) as [string, number, number, number][];
      const history = (await client.call('LATENCY', 'HISTORY', 'command')) as [number, number][];
      const isRight =
        latest[0]![3] >= 500 && latest[0]![3] < longestMs && history.every(([at, ms]) => at > 1.7e9 && ms >= 500);
      words.push(
        latest.map(([name]) => name),
        isRight,
      );
      await doctor();
      await client.config('SET', 'slowlog-log-slower-than', '-1');
      words.push(
        String(await answer(client, 'LATENCY', 'DOCTOR'))
          .replace(figures, 'N')
          .split('\n')
          .slice(5),
      );
      await say('LATENCY', 'RESET', 'nothing', 'command');
      await say('LATENCY', 'LATEST');
      await say('LATENCY', 'HISTORY');
      return words;
    });
    expect(seen[0]).toContain("I'm sorry, Dave");
    expect(seen.at(-3)).toBe(1);
  });
});

describe('MEMORY USAGE', () => {
  it('says at least what a value holds, of every size and type', async () => {
    const seen = await tellBoth(async (start) => {
      await using subject = await start();
      const client = subject.client();
      const bytes = 50_000;
      await client.set('small', 'x');
      await client.set('string', 'x'.repeat(bytes));
      for (let i = 0; i < 1000; i++) await client.rpush('list', 'x'.repeat(bytes / 1000));
      await client.hset(
        'hash',
        Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`field${i}`, 'x'.repeat(44)])),
      );
      const usage = async (key: string) => Number(await client.memory('USAGE', key));
      return {
        small: (await usage('small')) < 200,
        large: await Promise.all(['string', 'list', 'hash'].map(async (key) => (await usage(key)) > bytes)),
      };
    });
    expect(seen).toEqual({ small: true, large: [true, true, true] });
  });
});
