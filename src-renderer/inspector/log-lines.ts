// The log as the window holds it: a bounded run of lines, new ones appended once, filtered by a text. Pure.
import { logLinesMax } from '#core/contract/settings.ts';
import type { LogLine } from '#core/contract/views.ts';

/** Lines with new ones appended; a line that is known already (the stream began anew) is not taken twice. */
export function appendLines(held: readonly LogLine[] | null, added: readonly LogLine[]): readonly LogLine[] {
  const lastSeq = held?.at(-1)?.seq ?? -1;
  const fresh = held === null ? added : added.filter((line) => line.seq > lastSeq);
  return [...(held ?? []), ...fresh].slice(-logLinesMax);
}

/** Lines that hold the text, whatever the case of letters. An empty text keeps all. */
export function filterLines(lines: readonly LogLine[], text: string): readonly LogLine[] {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? lines : lines.filter((line) => line.text.toLowerCase().includes(wanted));
}
