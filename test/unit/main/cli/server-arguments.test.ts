// The arguments of redis-server, as lines of a configuration.
import { expect, test } from 'vitest';
import { parseServerArguments } from '../../../../src-main/cli/server-arguments.ts';

test.each<[string, string[], ReturnType<typeof parseServerArguments>]>([
  ['nothing', [], { configPath: null, readsStdin: false, optionLines: '' }],
  ['a file', ['redis.conf'], { configPath: 'redis.conf', readsStdin: false, optionLines: '' }],
  ['the standard input', ['-'], { configPath: null, readsStdin: true, optionLines: '' }],
  [
    'a file, options and the standard input',
    ['a.conf', '--port', '7000', '-'],
    { configPath: 'a.conf', readsStdin: true, optionLines: 'port "7000"' },
  ],
  [
    'several words for one option',
    ['--replicaof', '127.0.0.1', '6379', '--save', '900', '1'],
    { configPath: null, readsStdin: false, optionLines: 'replicaof "127.0.0.1" "6379"\nsave "900" "1"' },
  ],
  ['an empty word', ['--save', ''], { configPath: null, readsStdin: false, optionLines: 'save ""' }],
  [
    'save without words',
    ['--save', '--port', '1'],
    { configPath: null, readsStdin: false, optionLines: 'save ""\nport "1"' },
  ],
  ['save at the end', ['--save'], { configPath: null, readsStdin: false, optionLines: 'save ""' }],
  ['option and value in one word', ['--port 7000'], { configPath: null, readsStdin: false, optionLines: 'port 7000' }],
  [
    'a first value that looks like an option',
    ['--requirepass', '--secret', '--port', '1'],
    { configPath: null, readsStdin: false, optionLines: 'requirepass "--secret"\nport "1"' },
  ],
])('%s', (_, words, expected) => {
  expect(parseServerArguments(words)).toEqual(expected);
});
