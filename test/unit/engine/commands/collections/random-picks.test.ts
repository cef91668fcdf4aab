import { describe, expect, it } from 'vitest';
import { pickDistinct } from '#core/engine/commands/collections/random-picks.ts';
import { BareExecutor } from '../../../../support/bare-executor.ts';
import { seededRandom } from '../../../../support/random.ts';
import { parseReply } from '../../../../support/resp.ts';

describe('random picks', () => {
  it('are different numbers within the range, for every count', () => {
    const { below } = seededRandom(7);
    for (let count = 0; count <= 20; count++) {
      const picked = pickDistinct(20, count, below);
      expect(picked.length).toBe(count);
      expect(new Set(picked).size).toBe(count);
      expect(picked.every((index) => index >= 0 && index < 20)).toBe(true);
    }
  });

  it('give every number the same chance', () => {
    const { below } = seededRandom(11);
    const counts = new Array<number>(10).fill(0);
    for (let round = 0; round < 10_000; round++) for (const index of pickDistinct(10, 3, below)) counts[index]!++;
    expect(Math.min(...counts)).toBeGreaterThan(2800);
    expect(Math.max(...counts)).toBeLessThan(3200);
  });

  it.each([
    ['SRANDMEMBER', 'SADD', (member: string) => [member]],
    ['HRANDFIELD', 'HSET', (member: string) => [member, 'v']],
    ['ZRANDMEMBER', 'ZADD', (member: string) => ['1', member]],
  ])('%s repeats members only for a negative count, and knows only members', (command, add, entry) => {
    const executor = new BareExecutor();
    const members = ['a', 'b', 'c', 'd', 'e'];
    executor.run(add, 'key', ...members.flatMap(entry));
    const ask = (count: number): string[] => {
      const reply = parseReply(executor.run(command, 'key', String(count)));
      if (typeof reply === 'string') throw new Error(reply);
      return reply.items.map((item) => String(item).slice(1));
    };
    expect(ask(99).sort()).toEqual(members);
    expect(new Set(ask(3)).size).toBe(3);
    const repeated = ask(-200);
    expect(repeated.length).toBe(200);
    expect([...new Set(repeated)].sort()).toEqual(members);
  });

  it('SPOP takes what it answers, and tells replicas just that', () => {
    const executor = new BareExecutor();
    executor.run('SADD', 'key', 'a', 'b', 'c');
    executor.stream.length = 0;
    const popped = parseReply(executor.run('SPOP', 'key'));
    const [sent] = executor.stream;
    expect(parseReply(sent!.request)).toEqual({ mark: '*', items: ['$SREM', '$key', popped] });
    expect(executor.run('SISMEMBER', 'key', String(popped).slice(1)).toString()).toBe(':0\r\n');
    expect(executor.run('SCARD', 'key').toString()).toBe(':2\r\n');
  });
});
