// Replies of RESP2 and RESP3 as tests take them apart: where one ends, and what is in it with its type marks.

/** A reply as text; arrays, sets and maps as their mark and their elements. */
export type ParsedReply = string | { readonly mark: string; readonly items: readonly ParsedReply[] };

const aggregateMarks = '*~%>';

/** Where the reply that starts at `start` ends; -1 if it is not whole. */
export function replyEnd(bytes: Buffer, start: number): number {
  return read(bytes, start)?.end ?? -1;
}

/** The one reply that `bytes` hold. */
export function parseReply(bytes: Buffer): ParsedReply {
  const found = read(bytes, 0);
  if (found === null || found.end !== bytes.length) throw new Error(`not one reply: ${bytes.toString('latin1')}`);
  return found.reply;
}

function read(bytes: Buffer, start: number): { reply: ParsedReply; end: number } | null {
  const lineEnd = bytes.indexOf('\r\n', start, 'latin1');
  if (start >= bytes.length || lineEnd === -1) return null;
  const mark = String.fromCharCode(bytes[start]!);
  const line = bytes.latin1Slice(start + 1, lineEnd);
  const after = lineEnd + 2;
  if (aggregateMarks.includes(mark)) return readItems(bytes, mark, Number(line), after);
  if ((mark !== '$' && mark !== '=') || line === '-1') return { reply: mark + line, end: after };
  const end = after + Number(line);
  return end + 2 > bytes.length ? null : { reply: mark + bytes.latin1Slice(after, end), end: end + 2 };
}

function readItems(
  bytes: Buffer,
  mark: string,
  count: number,
  start: number,
): { reply: ParsedReply; end: number } | null {
  const items: ParsedReply[] = [];
  let end = start;
  for (let left = mark === '%' ? count * 2 : count; left > 0; left--) {
    const item = read(bytes, end);
    if (item === null) return null;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: count < 0 ? `${mark}${count}` : { mark, items }, end };
}
