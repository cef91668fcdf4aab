// Reads whole RESP2 and RESP3 replies into plain values; for replies made in this process, so it is short, not fast.

/** Maps become arrays of pairs in a row, as in RESP2. An error is a value, as on the wire. */
export type ReplyValue = string | number | null | { readonly error: string } | readonly ReplyValue[];

/** The reply that starts at `at`, and where the next one starts. @throws Error when the bytes are no whole reply. */
export function decodeReply(bytes: Buffer, at = 0): { readonly value: ReplyValue; readonly end: number } {
  const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
  if (lineEnd < 0) throw new Error('the reply is not complete');
  const text = bytes.toString('utf8', at + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(bytes[at]!)) {
    case '+':
      return { value: text, end };
    case '-':
      return { value: { error: text }, end };
    case ':':
    case ',':
      return { value: Number(text), end };
    case '#':
      return { value: text === 't' ? 1 : 0, end };
    case '_':
      return { value: null, end };
    case '$':
    case '=':
      return decodeBulk(bytes, Number(text), end, bytes[at] === 0x3d);
    case '*':
    case '~':
    case '>':
      return decodeItems(bytes, Number(text), end);
    case '%':
      return decodeItems(bytes, Number(text) * 2, end);
    default:
      throw new Error(`no reply begins with ${JSON.stringify(String.fromCharCode(bytes[at]!))}`);
  }
}

/** Verbatim text carries its kind in its first four bytes. */
function decodeBulk(bytes: Buffer, length: number, start: number, isVerbatim: boolean) {
  if (length < 0) return { value: null, end: start };
  const end = start + length + 2;
  if (end > bytes.length) throw new Error('the reply is not complete');
  return { value: bytes.toString('utf8', isVerbatim ? start + 4 : start, start + length), end };
}

function decodeItems(bytes: Buffer, count: number, start: number) {
  if (count < 0) return { value: null, end: start };
  const items: ReplyValue[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const item = decodeReply(bytes, end);
    items.push(item.value);
    end = item.end;
  }
  return { value: items, end };
}
