// The text of a `redis.conf`: comments, quotes, includes, and the place of a mistake.
import { describe, expect, test } from 'vitest';
import { Config } from '#core/engine/server/config.ts';
import { type ConfigSource, FatalConfigError, loadConfig } from '#core/engine/server/config-file.ts';
import { quoteWord } from '#core/engine/server/config-values.ts';
import { splitLine } from '#core/resp/inline-line.ts';

const files: Readonly<Record<string, string>> = {
  '/etc/more.conf': 'timeout 3\n',
  '/etc/bad.conf': '# fine\nhz ten\n',
  '/etc/loop.conf': 'include /etc/loop.conf\n',
};

function load(...texts: string[]): { config: Config; passedOver: string[] } {
  const config = new Config({ resolveFolder: (path) => path });
  const sources: ConfigSource[] = texts.map((text, i) => ({ name: `source ${i + 1}`, text }));
  const include = (path: string) => [{ name: path, text: files[path] ?? '' }];
  return { config, passedOver: loadConfig(config, sources, { include }) };
}

function messageOf(...texts: string[]): string {
  try {
    load(...texts);
  } catch (error) {
    if (error instanceof FatalConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('a configuration file', () => {
  test('comments, empty lines, spaces, capitals and line ends of Windows are no matter', () => {
    const { config } = load('# a comment\r\n\r\n   \r\n  PORT   7000  \r\n\tTimeOut\t5');
    expect([config.number('port'), config.number('timeout')]).toEqual([7000, 5]);
  });

  test('quoted words may hold spaces, escapes and quotes', () => {
    const { config } = load(`requirepass "a \\"b\\" \\x41\\n"\nmasterauth 'it\\'s'\n`);
    expect([config.text('requirepass'), config.text('masterauth')]).toEqual(['a "b" A\n', "it's"]);
  });

  test('an included file counts where it stands: what follows wins', () => {
    expect(load('timeout 1\ninclude /etc/more.conf\n').config.number('timeout')).toBe(3);
    expect(load('include /etc/more.conf\ntimeout 1\n').config.number('timeout')).toBe(1);
  });

  test('lines are counted through all sources, with an empty one between', () => {
    expect(messageOf('port 1\n', 'hz x')).toContain('at line 3\n');
    expect(messageOf('', 'hz x')).toContain('at line 2\n');
  });

  test('a mistake is told in the words of Redis, with the source', () => {
    expect(messageOf('port 1\n# c\nport x y\n')).toBe(
      [
        '',
        '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***',
        'Reading the configuration file, at line 3',
        ">>> 'port x y'",
        'wrong number of arguments',
        '(in source 1)',
      ].join('\n'),
    );
    expect(messageOf('include /etc/bad.conf')).toContain("at line 2\n>>> 'hz ten'");
    expect(messageOf('include /etc/bad.conf')).toContain('(in /etc/bad.conf)');
  });

  test('a password in a wrong line is not shown', () => {
    expect(messageOf('requirepass hush hush')).toContain(">>> 'requirepass (hidden)'");
    expect(messageOf('masterauth "hush')).not.toContain('hush');
  });

  test('files that include each other come to an end', () => {
    expect(messageOf('include /etc/loop.conf')).toContain('Too many levels of include');
  });

  test('lines for modules and renamed commands are passed over and told once, lines for users are kept', () => {
    const { config, passedOver } = load('loadmodule /x.so\nuser a on\nuser b on\nrename-command CONFIG ""\n');
    expect(passedOver).toEqual(['loadmodule', 'rename-command']);
    expect(config.userLines).toEqual([
      ['a', 'on'],
      ['b', 'on'],
    ]);
  });

  test.each(['plain', 'with space', 'with "quotes" and \\', 'tab\tnewline\n', ''])(
    '%j in quotes is read back',
    (word) => {
      expect(splitLine(Buffer.from(quoteWord(word)))?.map(String)).toEqual([word]);
    },
  );
});
