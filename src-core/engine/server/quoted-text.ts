// Bytes as a person may read them in one line: in quotes, what cannot be printed as an escape, in Redis's way.

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

/** `a"b` → `"a\"b"`, a byte 1 → `"\x01"`. */
export function quotedText(bytes: Buffer): string {
  const text = bytes
    .toString('latin1')
    .replace(/[\\"]|[^ -~]/g, (found) => escapes[found] ?? `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${text}"`;
}
