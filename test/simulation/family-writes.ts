// Draws writes of streams, HyperLogLogs, places, bits and libraries, most of which go to replicas in other words.
import type { SeededRandom } from '../support/random.ts';

/** What a draw needs: few keys of a type, so that writes meet. */
interface FamilyDraw {
  readonly random: SeededRandom;
  key(type: string): string;
  member(): string;
  number(): string;
  value(): string;
}

const consumer = ({ random }: FamilyDraw): string => random.pick(['alice', 'bob', 'carol']);
const group = ({ random }: FamilyDraw): string => random.pick(['g', 'h']);
const library = (name: string, code: string): string => `#!lua name=${name}\n${code}`;

/** Of each kind several, and some that meet no group or no entry. */
export const familyWrites: readonly ((draw: FamilyDraw) => readonly string[])[] = [
  (d) => ['XADD', d.key('x'), '*', 'field', d.value()],
  (d) => ['XADD', d.key('x'), '*', d.member(), d.number(), 'field', d.value()],
  (d) => ['XADD', d.key('x'), 'MAXLEN', '~', '20', '*', 'field', d.value()],
  (d) => ['XADD', d.key('x'), 'MAXLEN', '30', 'NOMKSTREAM', '*', 'field', d.value()],
  (d) => ['XTRIM', d.key('x'), 'MAXLEN', '~', String(d.random.below(40))],
  (d) => ['XTRIM', d.key('x'), 'MAXLEN', '10'],
  (d) => ['XGROUP', 'CREATE', d.key('x'), group(d), d.random.pick(['0', '$']), 'MKSTREAM'],
  (d) => ['XGROUP', 'DESTROY', d.key('x'), group(d)],
  (d) => ['XGROUP', 'DELCONSUMER', d.key('x'), group(d), consumer(d)],
  (d) => ['XREADGROUP', 'GROUP', group(d), consumer(d), 'COUNT', '3', 'STREAMS', d.key('x'), '>'],
  (d) => ['XREADGROUP', 'GROUP', group(d), consumer(d), 'NOACK', 'COUNT', '2', 'STREAMS', d.key('x'), '>'],
  (d) => ['XREADGROUP', 'GROUP', group(d), consumer(d), 'BLOCK', '300', 'STREAMS', d.key('x'), '>'],
  (d) => ['XAUTOCLAIM', d.key('x'), group(d), consumer(d), String(d.random.below(200)), '-', 'COUNT', '4'],
  (d) => ['XAUTOCLAIM', d.key('x'), group(d), consumer(d), '0', '-', 'JUSTID'],
  (d) => ['PFADD', d.key('p'), d.value(), d.member()],
  (d) => ['PFCOUNT', d.key('p')],
  (d) => ['PFMERGE', d.key('p'), d.key('p'), d.key('p')],
  (d) => ['GEOADD', d.key('g'), d.number(), d.number(), d.member()],
  (d) => ['GEORADIUS', d.key('g'), '10', '10', '3000', 'km', 'STORE', d.key('g')],
  (d) => ['BITOP', d.random.pick(['AND', 'OR', 'XOR']), d.key('b'), d.key('b'), d.key('s')],
  (d) => ['BITFIELD', d.key('b'), 'INCRBY', 'u9', String(d.random.below(60)), d.number()],
  (d) => ['FUNCTION', 'LOAD', 'REPLACE', library(d.member(), `-- ${d.number()}`)],
  (d) => ['FUNCTION', 'DELETE', d.member()],
];
