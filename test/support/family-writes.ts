// Writes of every family whose outcome is not in the command, or that take other words to the replicas, scripts among them.
/** Needs Redis 7.0. */
export const libraryOfFunctions = (name: string) => `#!lua name=${name}
redis.register_function('${name}_add', function(keys, args)
  redis.call('XADD', keys[1], '*', 'by', args[1])
  redis.call('PFADD', keys[2], args[1])
  return redis.call('TIME')[1]
end)`;
const script = `redis.call('INCR', KEYS[1])
  redis.call('SET', KEYS[2], redis.call('TIME')[1], 'EX', 1000)
  return redis.call('SPOP', KEYS[3])`;

type Words = readonly string[];

/** Everything whose outcome is not in the command, or that takes other words to the replicas. */
export const familyWrites: readonly Words[] = [
  ['XADD', 's', '*', 'a', '1'],
  ['XADD', 's', 'MAXLEN', '~', '100', '*', 'a', '2', 'b', '3'],
  ['XADD', 's', '9999999999999-*', 'a', '4'],
  ['XGROUP', 'CREATE', 's', 'g', '0', 'MKSTREAM'],
  ['XREADGROUP', 'GROUP', 'g', 'alice', 'COUNT', '2', 'STREAMS', 's', '>'],
  ['XREADGROUP', 'GROUP', 'g', 'bob', 'NOACK', 'STREAMS', 's', '>'],
  ['XAUTOCLAIM', 's', 'g', 'carol', '0', '-', 'COUNT', '1'],
  ['XGROUP', 'CREATECONSUMER', 's', 'g', 'dave'],
  ['XSETID', 's', '99999999999999-0', 'ENTRIESADDED', '50', 'MAXDELETEDID', '5-0'],
  ['PFADD', 'p', 'a', 'b', 'c'],
  ['PFCOUNT', 'p'],
  ['PFMERGE', 'q', 'p'],
  ['GEOADD', 'sicily', '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania'],
  ['GEOSEARCHSTORE', 'near', 'sicily', 'FROMLONLAT', '15', '37', 'BYBOX', '400', '400', 'km', 'STOREDIST'],
  ['GEORADIUS', 'sicily', '15', '37', '200', 'km', 'STORE', 'nearer'],
  ['SETRANGE', 'bits', '3', 'abc'],
  ['BITOP', 'NOT', 'inverse', 'bits'],
  ['BITFIELD', 'bits', 'SET', 'u8', '0', '200', 'OVERFLOW', 'SAT', 'INCRBY', 'i5', '#3', '30'],
  ['SADD', 'members', 'a', 'b', 'c', 'd'],
  ['EVAL', script, '3', 'counter', 'moment', 'members'],
  ['MULTI'],
  ['EVAL', script, '3', 'counter', 'moment', 'members'],
  ['XADD', 's2', '*', 'inside', 'transaction'],
  ['EXEC'],
  ['FUNCTION', 'LOAD', libraryOfFunctions('second')],
  ['FUNCTION', 'LOAD', 'REPLACE', libraryOfFunctions('first')],
  ['FCALL', 'first_add', '2', 'by-function', 'p', 'once'],
  ['FCALL', 'second_add', '2', 'by-function', 'q', 'twice'],
  ['FUNCTION', 'DELETE', 'second'],
];

/** What Redis 6.0 does not know, by the command's name, or by an option of it. */
const sinceRedis6 = new Set([
  'XAUTOCLAIM',
  'GEOSEARCHSTORE',
  'FUNCTION',
  'FCALL',
  'CREATECONSUMER',
  'ENTRIESADDED',
  '9999999999999-*',
]);

/** Those of the writes that Redis 6.0 knows. */
export const familyWritesOfRedis6 = familyWrites.filter((words) => !words.some((word) => sinceRedis6.has(word)));
