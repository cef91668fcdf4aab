// Requests at the edges of the protocol, and the gates before a command: what is refused, and in which words.
import type { Step } from '../commands-differential.test.ts';

export const protocolCases: Readonly<Record<string, readonly Step[]>> = {
  'typed lines with quotes and escapes': [
    { raw: "SET a \"x\\x41\\n y\"\r\nGET a\nSET b 'it\\'s'\r\nGET b\r\n\r\n   \r\nPING\r\n" },
  ],
  'unbalanced quotes': [{ raw: 'SET a "x\r\n' }],
  'a quote in the middle of a word': [{ raw: 'SET a "x"y\r\n' }],
  'empty and negative arrays are passed over': [{ raw: '*0\r\n*-1\r\n*-5\r\n*1\r\n$4\r\nPING\r\n' }],
  'a count that is no number': [{ raw: '*x\r\n' }],
  'a count with a leading zero': [{ raw: '*03\r\n' }],
  'an empty count': [{ raw: '*\r\n' }],
  'a count past 32 bits': [{ raw: '*2147483648\r\n' }],
  'no dollar': [{ raw: '*2\r\n:1\r\n' }],
  'a negative length': [{ raw: '*1\r\n$-1\r\n' }],
  'a length that is no number': [{ raw: '*1\r\n$3x\r\n' }],
  'a length past the longest bulk': [{ raw: '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$629145600\r\n' }],
  'what came before the mistake is answered': ['SET a 1', 'GET a', { raw: '*1\r\n!x\r\n' }],
  'a line that does not end': [{ raw: 'x'.repeat(70_000) }],
  'a command nobody knows': ['FOO', 'FOO bar', 'foo bar baz', ['FOO', 'x'.repeat(200), 'y'], ['F'.repeat(200)]],
  'an unknown command with many arguments': [['foo', ...Array.from({ length: 60 }, (_, i) => `argument${i}`)]],
  'an unknown command with line ends in it': [['foo\r\nbar', 'a\nb']],
  'too few and too many words': ['GET', 'GET a b', 'SET a', 'MGET', 'INCR', 'incr a b', 'EXEC now'],
  'an unknown subcommand': ['OBJECT FOO', 'CONFIG FOO', 'CLIENT FOO a'],
  'a container without its subcommand': ['OBJECT', 'CONFIG', 'CLIENT'],
  'a subcommand with the wrong number of words': ['OBJECT ENCODING', 'OBJECT ENCODING a b', 'CONFIG GET'],
  'the wrong type': [
    'SET a 1',
    'LPUSH a x',
    'RPUSH l x',
    'GET l',
    'INCR l',
    'APPEND l x',
    'STRLEN l',
    'GETRANGE l 0 1',
  ],
  'many requests at once, some of them wrong': Array.from({ length: 100 }, (_, i) =>
    i % 7 === 0 ? `SET key:${i}` : i % 2 === 0 ? `SET key:${i} ${i}` : `GET key:${i - 1}`,
  ),
};
