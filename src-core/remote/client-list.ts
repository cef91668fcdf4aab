// Parses CLIENT LIST: one client a line, as `name=value` words.

export interface ClientEntry {
  readonly id: number;
  readonly address: string;
  /** S replica, M master, N ordinary, and others: Redis's letters. */
  readonly flags: string;
  /** Bytes that wait in the output buffers. */
  readonly outputBytes: number;
  readonly command: string;
}

/** Lines without an id are skipped: a newer server may add what we do not know. */
export function parseClientList(text: string): ClientEntry[] {
  return text.split('\n').flatMap((line) => {
    const words = new Map(line.trim().split(' ').map(splitWord));
    const id = Number(words.get('id'));
    if (!Number.isSafeInteger(id) || id <= 0) return [];
    return [
      {
        id,
        address: words.get('addr') ?? '',
        flags: words.get('flags') ?? '',
        outputBytes: Number(words.get('omem')) || 0,
        command: words.get('cmd') ?? '',
      },
    ];
  });
}

function splitWord(word: string): [string, string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
}
