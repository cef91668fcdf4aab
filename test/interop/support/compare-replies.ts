// Whether two raw replies to the same request say the same, where Redis leaves an order or a choice open.
import { type ParsedReply, parseReply } from '../../support/resp.ts';

/** Their elements come in no order that means anything. */
const unordered = new Set(['SMEMBERS', 'SINTER', 'SUNION', 'SDIFF', 'HKEYS', 'HVALS', 'KEYS']);
/** The same, of pairs. */
const unorderedPairs = new Set(['HGETALL']);
/** A cursor and elements; those commands that answer pairs. */
const scans = new Map([
  ['SCAN', 1],
  ['SSCAN', 1],
  ['HSCAN', 2],
  ['ZSCAN', 2],
]);
/** What is chosen is left to chance: only the form is compared. */
const random = new Set(['SRANDMEMBER', 'HRANDFIELD', 'ZRANDMEMBER', 'RANDOMKEY', 'SPOP']);

/** A text that is equal for replies that say the same. */
export function meaningOf(words: readonly string[], reply: Buffer): string {
  const name = words[0]!.toUpperCase();
  const parsed = parseReply(reply);
  if (typeof parsed === 'string') return random.has(name) && parsed.startsWith('$') ? formOf(parsed) : parsed;
  if (unordered.has(name)) return sorted(parsed.mark, parsed.items, 1);
  if (unorderedPairs.has(name)) return sorted(parsed.mark, parsed.items, 2);
  if (random.has(name)) return formOf(parsed);
  const group = scans.get(name);
  const [cursor, elements] = parsed.items;
  if (group !== undefined && cursor !== undefined && typeof elements === 'object') {
    return `${JSON.stringify(cursor)} ${sorted(elements.mark, elements.items, group)}`;
  }
  return reply.toString('latin1');
}

function sorted(mark: string, items: readonly ParsedReply[], group: number): string {
  const groups: string[] = [];
  for (let i = 0; i < items.length; i += group) groups.push(JSON.stringify(items.slice(i, i + group)));
  return `${mark}${groups.sort().join(' ')}`;
}

function formOf(reply: ParsedReply): string {
  if (typeof reply === 'string') return reply.startsWith('$') && reply !== '$-1' ? '$' : reply.slice(0, 1);
  return `${reply.mark}[${reply.items.map(formOf).join(',')}]`;
}
