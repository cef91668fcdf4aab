// INFO's text, as a real server wrote it and as a careless one might.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InfoText, parsePairs } from '#core/remote/info.ts';

const master = readFileSync('test/fixtures/info/redis-7.0.15-master.txt', 'utf8');

describe('INFO', () => {
  it('gives fields by name, numbers as numbers, and sections in the order of the server', () => {
    const info = new InfoText(master);
    expect(info.text('redis_version')).toBe('7.0.15');
    expect(info.number('master_repl_offset')).toBe(87904);
    expect(info.pairs('slave0').get('state')).toBe('online');
    expect([...info.section('replication').keys()].slice(0, 3)).toEqual(['role', 'connected_slaves', 'slave0']);
  });

  it('says null for a field that is missing or is no number', () => {
    const info = new InfoText('# Server\r\nrun_id:abc\r\nempty:\r\n');
    expect([info.number('run_id'), info.number('empty'), info.number('nope'), info.text('nope')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(info.section('replication').size).toBe(0);
  });

  it('keeps the colons of a value and skips lines that are no field', () => {
    const info = new InfoText('nonsense\r\n:no name\r\nmaster_host:fe80::1\r\n');
    expect(info.text('master_host')).toBe('fe80::1');
    expect(info.section('').size).toBe(1);
  });

  it('cuts off a reply of five megabytes instead of choking on it', () => {
    const huge = `role:master\r\n${'x:1\r\n'.repeat(1_000_000)}late:1\r\n`;
    const info = new InfoText(huge);
    expect(info.text('role')).toBe('master');
    expect(info.text('late')).toBeNull();
  });

  it('splits pairs and keeps what stands behind the first equals sign', () => {
    expect([...parsePairs('ip=::1,port=6379,odd,note=a=b')]).toEqual([
      ['ip', '::1'],
      ['port', '6379'],
      ['note', 'a=b'],
    ]);
  });
});
