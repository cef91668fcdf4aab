// The directives: what is taken, what is refused and with which words, and who hears of a change.
import { describe, expect, test } from 'vitest';
import { Config, isSecretDirective } from '#core/engine/server/config.ts';
import { directives } from '#core/engine/server/config-directives.ts';
import {
  ConfigError,
  parseMemory,
  parseOutputBufferLimits,
  parseSavePoints,
} from '#core/engine/server/config-values.ts';

function newConfig(): Config {
  return new Config({
    resolveFolder: (path) => {
      if (path === 'absent') throw new ConfigError('No such file or directory');
      return `/data/${path}`;
    },
  });
}

function shown(config: Config, name: string): string | undefined {
  return config.matching([name])[0]?.[1];
}

describe('the table of directives', () => {
  test('no name is there twice, old names included', () => {
    const names = directives.flatMap(({ name, alias }) => (alias === null ? [name] : [name, alias]));
    expect(new Set(names).size).toBe(names.length);
  });

  test('each default is a value that its own kind prints and reads back', () => {
    for (const { name, kind, initial } of directives) {
      const printed = kind.print(initial);
      if (printed === '' && kind.manyWords === true) continue;
      const words = kind.manyWords === true ? printed.split(' ') : [printed];
      expect([name, kind.parse(words, { previous: initial, loading: false, first: true })]).toEqual([name, initial]);
    }
  });

  test('passwords are secret, under every name', () => {
    expect(['requirepass', 'masterauth', 'MASTERAUTH', 'port', 'nonsense'].map(isSecretDirective)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('loading', () => {
  test('the first save of a file replaces the defaults, further ones add, an empty one clears', () => {
    const config = newConfig();
    config.load('save', ['900', '1']);
    config.load('save', ['300', '10', '60', '100']);
    expect(shown(config, 'save')).toBe('900 1 300 10 60 100');
    config.load('save', ['']);
    expect(shown(config, 'save')).toBe('');
  });

  test('an old name sets the same directive as the new one', () => {
    const config = newConfig();
    config.load('slaveof', ['10.0.0.1', '6380']);
    expect([shown(config, 'replicaof'), shown(config, 'slaveof')]).toEqual(['10.0.0.1 6380', '10.0.0.1 6380']);
    config.load('REPLICAOF', ['NO', 'ONE']);
    expect(shown(config, 'replicaof')).toBe('');
  });

  test.each<[string, string[], string]>([
    ['foo', ['bar'], 'Bad directive or wrong number of arguments'],
    ['port', [], 'wrong number of arguments'],
    ['port', ['1', '2'], 'wrong number of arguments'],
    ['port', ['1.5'], "argument couldn't be parsed into an integer"],
    ['port', ['-1'], 'argument must be between 0 and 65535 inclusive'],
    ['unixsocketperm', ['999'], "argument couldn't be parsed as an octal number"],
    ['appendonly', ['maybe'], "argument must be 'yes' or 'no'"],
    ['maxmemory', ['1x'], 'argument must be a memory value'],
    ['replicaof', ['a', 'b'], 'Invalid master port'],
    ['replicaof', ['a', '65536'], 'Invalid master port'],
    ['dir', ['absent'], 'No such file or directory'],
    ['dbfilename', ['a/b'], "dbfilename can't be a path, just a filename"],
    ['save', ['0', '1'], 'Invalid save parameters'],
  ])('%s %j is refused: %s', (name, words, reason) => {
    expect(() => newConfig().load(name, words)).toThrow(new ConfigError(reason));
  });

  test('what differs from its default and has no effect here is told, what equals it is not', () => {
    const config = newConfig();
    config.load('appendonly', ['yes']);
    config.load('io-threads', ['1']);
    config.load('port', ['7000']);
    expect(config.withoutEffect()).toEqual(['appendonly']);
  });
});

describe('CONFIG SET', () => {
  test('all or nothing: a wrong pair leaves the right one undone', () => {
    const config = newConfig();
    expect(() =>
      config.setAll([
        ['timeout', '5'],
        ['hz', 'x'],
      ]),
    ).toThrow(
      "ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer",
    );
    expect(config.number('timeout')).toBe(0);
  });

  test('a listener hears the value, and no more after it left', () => {
    const config = newConfig();
    const heard: unknown[] = [];
    const listening = config.onChange('repl-backlog-size', (value) => heard.push(value));
    config.setAll([['repl-backlog-size', '2mb']]);
    listening.dispose();
    config.setAll([['repl-backlog-size', '3mb']]);
    expect(heard).toEqual([2 * 1024 * 1024]);
  });

  test('a listener that refuses puts everything back, and the others hear of it', () => {
    const config = newConfig();
    const heard: unknown[] = [];
    config.onChange('timeout', (value) => heard.push(value));
    config.onChange('maxclients', (value) => {
      if (value === 7) throw new ConfigError('too few');
    });
    expect(() =>
      config.setAll([
        ['timeout', '5'],
        ['maxclients', '7'],
      ]),
    ).toThrow("ERR CONFIG SET failed (possibly related to argument 'maxclients') - too few");
    expect([heard, config.number('timeout'), config.number('maxclients')]).toEqual([[5, 0], 0, 10000]);
  });

  test('protected directives open with enable-protected-configs', () => {
    const config = newConfig();
    expect(() => config.setAll([['dir', 'x']])).toThrow("can't set protected config");
    config.load('enable-protected-configs', ['yes']);
    config.setAll([['dir', 'x']]);
    expect(config.text('dir')).toBe('/data/x');
  });
});

describe('values', () => {
  test.each([
    ['64mb', 67108864n],
    ['1k', 1000n],
    ['1kb', 1024n],
    ['1GB', 1073741824n],
    ['12b', 12n],
    ['-1', null],
    ['', null],
    ['1tb', null],
  ])('the amount of memory %j is %s', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  test('save points and output limits are read from their canonical texts', () => {
    expect(parseSavePoints('900 1 300 10')).toEqual([
      { seconds: 900, changes: 1 },
      { seconds: 300, changes: 10 },
    ]);
    expect(parseSavePoints('')).toEqual([]);
    const config = newConfig();
    config.setAll([['client-output-buffer-limit', 'replica 1mb 512kb 9']]);
    expect(parseOutputBufferLimits(config.text('client-output-buffer-limit'))).toEqual({
      normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
      slave: { hardBytes: 1048576, softBytes: 524288, softSeconds: 9 },
      pubsub: { hardBytes: 33554432, softBytes: 8388608, softSeconds: 60 },
    });
  });

  test('hz is kept between 1 and 500', () => {
    const config = newConfig();
    config.setAll([['hz', '900']]);
    expect(config.number('hz')).toBe(500);
    config.setAll([['hz', '0']]);
    expect(config.number('hz')).toBe(1);
  });

  test('CONFIG GET answers names and old names that fit a pattern, and a plain name as it was typed', () => {
    const config = newConfig();
    expect(config.matching(['repl*-read-only', 'slave-read*']).map(([name]) => name)).toEqual([
      'replica-read-only',
      'slave-read-only',
    ]);
    expect(config.matching(['HZ', 'hz'])).toEqual([['HZ', '10']]);
  });
});
