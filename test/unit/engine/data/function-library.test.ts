// What the source of a library says of itself.
import { expect, test } from 'vitest';
import { readLibrary } from '#core/engine/data/function-library.ts';

test('a library is named by its first line, and its functions by its code', () => {
  const source = [
    "#!lua name='lib'",
    "redis.register_function('one', function() end)",
    'local f = redis.register_function',
    'redis.register_function{ function_name = "two", flags = {"no-writes", "allow-oom"}, description = "it\'s two" }',
    "redis.register_function(prefix .. 'unknown', one)",
  ].join('\n');
  expect(readLibrary(Buffer.from(source))).toMatchObject({
    name: 'lib',
    functions: [
      { name: 'one', description: null, flags: [] },
      { name: 'two', description: "it's two", flags: ['no-writes', 'allow-oom'] },
    ],
  });
});

test('what has no such line is refused', () => {
  expect(() => readLibrary(Buffer.from('return 1'))).toThrow('Missing library metadata');
  expect(() => readLibrary(Buffer.from('#!lua name=a b=c\n'))).toThrow('Invalid metadata value given: b=c');
});
