// What CONFIG GET of real servers says, and what its words mean.
import { describe, expect, it } from 'vitest';
import {
  configCommands,
  isYes,
  memoryBytes,
  outputBufferLimits,
  parseConfig,
  settingNumber,
} from '#core/remote/config.ts';

describe('CONFIG GET', () => {
  it('is one command for servers that take many names, else one for each', () => {
    expect(configCommands('7.0.15')).toHaveLength(1);
    const single = configCommands('6.2.6');
    expect(single[0]).toEqual(['CONFIG', 'GET', 'appendonly']);
    expect(single.map(([, , name]) => name)).toEqual(configCommands('8.0.2')[0]?.slice(2));
  });

  it('joins its answers, skips what is no text, and never keeps a secret', () => {
    const settings = parseConfig([
      ['repl-timeout', '60', 'masterauth', 'hunter2'],
      { error: 'ERR no' },
      ['save', null],
      ['odd'],
    ]);
    expect([...(settings ?? [])]).toEqual([
      ['repl-timeout', '60'],
      ['masterauth', '(set)'],
    ]);
    expect(parseConfig([['masterauth', '']])?.get('masterauth')).toBe('');
  });

  it('is not known where every answer is an error or nonsense', () => {
    expect(parseConfig([{ error: 'NOPERM' }, 'OK', null, undefined])).toBeNull();
  });

  it('gives numbers and switches, and null for what is missing or something else', () => {
    const settings = new Map([
      ['repl-timeout', '60'],
      ['appendonly', 'no'],
      ['save', '3600 1'],
    ]);
    expect(settingNumber(settings, 'repl-timeout')).toBe(60);
    expect(settingNumber(settings, 'save')).toBeNull();
    expect(settingNumber(null, 'repl-timeout')).toBeNull();
    expect(isYes(settings, 'appendonly')).toBe(false);
    expect(isYes(settings, 'replica-read-only')).toBeNull();
  });
});

describe('the limits of output buffers', () => {
  it('are read for replicas as a server and as a configuration file write them', () => {
    const told = 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60';
    const replica = { hardBytes: 268_435_456, softBytes: 67_108_864, softSeconds: 60 };
    expect(outputBufferLimits(told)).toEqual({ replica });
    expect(outputBufferLimits('replica 256mb 64mb 60')).toEqual({ replica });
  });

  it.each(['', 'normal 0 0 0', 'slave', 'slave x 1 1', 'slave 1 1'])('are not known from %j', (text) => {
    expect(outputBufferLimits(text)).toBeNull();
  });

  it.each([
    ['1k', 1000],
    ['1kb', 1024],
    ['2MB', 2_097_152],
    ['1g', 1_000_000_000],
    ['12', 12],
    ['', null],
    ['mb', null],
    ['1tb', null],
    ['-1', null],
  ])('take %j for %j bytes', (text, bytes) => {
    expect(memoryBytes(text)).toBe(bytes);
  });
});
