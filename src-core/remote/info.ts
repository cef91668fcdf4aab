// Parses the text of INFO, which real and embedded servers give alike, into sections and fields.

/** Bound of what is parsed: a server that sends more is cut off here, and the rest is ignored. */
const infoMaxChars = 1_048_576;

/** Every field of one INFO reply; sections keep the order in which the server gave them. */
export class InfoText {
  readonly #sections = new Map<string, Map<string, string>>();
  readonly #fields = new Map<string, string>();

  /** @param text one INFO reply, or several joined by a line end. Lines that are no `name:value` are skipped. */
  constructor(text: string) {
    let section = this.#section('');
    for (const line of text.slice(0, infoMaxChars).split(/\r?\n/)) {
      if (line.startsWith('# ')) section = this.#section(line.slice(2).trim().toLowerCase());
      const colon = line.indexOf(':');
      if (colon <= 0 || line.startsWith('#')) continue;
      const name = line.slice(0, colon);
      const value = line.slice(colon + 1);
      section.set(name, value);
      this.#fields.set(name, value);
    }
  }

  hasSection(name: string): boolean {
    return this.#sections.has(name);
  }

  /** The fields of one section in the server's order; empty where there is no such section. */
  section(name: string): ReadonlyMap<string, string> {
    return this.#sections.get(name) ?? new Map();
  }

  text(name: string): string | null {
    return this.#fields.get(name) ?? null;
  }

  /** A whole or decimal number; null where the field is missing or no number. */
  number(name: string): number | null {
    const value = this.#fields.get(name);
    if (value === undefined || value === '') return null;
    const number = Number(value);
    return Number.isFinite(number) ? number : null;
  }

  /** `a=1,b=2` as a map; empty where the field is missing. */
  pairs(name: string): ReadonlyMap<string, string> {
    return parsePairs(this.#fields.get(name) ?? '');
  }

  #section(name: string): Map<string, string> {
    const known = this.#sections.get(name);
    if (known) return known;
    const fresh = new Map<string, string>();
    this.#sections.set(name, fresh);
    return fresh;
  }
}

/** Splits `ip=::1,port=6379,state=online`. Values keep everything behind their first `=`. */
export function parsePairs(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) pairs.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return pairs;
}
