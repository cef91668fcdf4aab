// Libraries of functions: what is refused, and what is kept and listed.
import type { Step } from '../commands-differential.test.ts';

// One function each: Redis lists several in no order.
const library = [
  '#!lua name=mylib',
  "redis.register_function{function_name='told', callback=function() return 2 end, flags={'no-writes', 'allow-stale'},",
  "  description='what it does'}",
].join('\n');
const other = '#!LUA name="other"\nredis.register_function("another", function() return 3 end)';
const sources = [
  'x',
  '#!lua',
  '#!lua\n',
  '#!js name=x\n',
  '#!lua name=a-b\n',
  '#!lua name=a foo=b\n',
  '#!lua name=a name=b\n',
  '#!lua name=\n',
];

export const functionCases: Readonly<Record<string, readonly Step[]>> = {
  'FUNCTION LOAD refuses what is no library': [
    ['FUNCTION', 'FLUSH'],
    ...sources.map((source) => ['FUNCTION', 'LOAD', source]),
    ['FUNCTION', 'LOAD', 'junk', library],
    'FUNCTION LOAD',
    'FUNCTION LIST',
  ],
  'a library is loaded, listed, replaced and deleted': [
    ['FUNCTION', 'FLUSH', 'SYNC'],
    ['FUNCTION', 'LOAD', library],
    ['FUNCTION', 'LOAD', library],
    ['FUNCTION', 'LOAD', 'REPLACE', library],
    'FUNCTION LIST',
    'FUNCTION LIST WITHCODE LIBRARYNAME my*',
    'FUNCTION LIST LIBRARYNAME other',
    'FUNCTION LIST LIBRARYNAME',
    'FUNCTION LIST junk',
    'FUNCTION STATS',
    'HELLO 3',
    'FUNCTION LIST',
    'FUNCTION STATS',
    'FUNCTION DELETE mylib',
    'FUNCTION DELETE mylib',
    ['FUNCTION', 'LOAD', other],
    'FLUSHALL',
    'FUNCTION LIST WITHCODE',
    'FUNCTION FLUSH ASYNC',
    'FUNCTION LIST',
    'FUNCTION DUMP',
  ],
  'nothing runs, so nothing can be killed; no script is known': [
    'FUNCTION KILL',
    'SCRIPT KILL',
    'SCRIPT EXISTS abc def',
    'SCRIPT FLUSH',
    'SCRIPT FLUSH SYNC',
    'SCRIPT FLUSH junk',
    'FUNCTION FLUSH junk',
    'FUNCTION FLUSH SYNC more',
    'FUNCTION RESTORE abc',
    'FUNCTION RESTORE abc junk',
    'FUNCTION junk',
    'SCRIPT junk',
  ],
};
