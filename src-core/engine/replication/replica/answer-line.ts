// Lines of a master before its stream begins: one answer each, ended by CRLF or by a bare newline.

const newlineByte = 10;
const carriageReturnByte = 13;

export interface AnswerLine {
  /** Without its end. */
  readonly text: string;
  /** With it. */
  readonly usedBytes: number;
}

/** The line that begins at `start`; null when its end is not there yet. */
export function answerLine(buffer: Buffer, start: number, end: number): AnswerLine | null {
  const newlineAt = buffer.indexOf(newlineByte, start);
  if (newlineAt < 0 || newlineAt >= end) return null;
  const lineEnd = newlineAt > start && buffer[newlineAt - 1] === carriageReturnByte ? newlineAt - 1 : newlineAt;
  return { text: buffer.latin1Slice(start, lineEnd), usedBytes: newlineAt + 1 - start };
}
