// The server's log: levels and marks of Redis, and its line as operators and their tools know it.
import { Emitter } from '../../base/lifecycle.ts';
import type { Clock } from '../../base/ports.ts';
import type { LogService } from '../commands/services.ts';

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';
/** Master, replica (slave), child that saves, or "X" for Sentinel, which this engine is not. */
export type LogMark = 'M' | 'S' | 'C';

export interface LogRecord {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly mark: LogMark;
  readonly text: string;
}

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, verbose: 1, notice: 2, warning: 3 };
const SIGNS: Readonly<Record<LogLevel, string>> = { debug: '.', verbose: '-', notice: '*', warning: '#' };
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `8406:M 22 Nov 2026 02:50:03.418 * text`, in local time. */
export function formatLogLine(record: LogRecord, pid: number): string {
  const at = new Date(record.atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(at.getDate())} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const milliseconds = String(at.getMilliseconds()).padStart(3, '0');
  return `${pid}:${record.mark} ${day} ${time}.${milliseconds} ${SIGNS[record.level]} ${record.text}`;
}

export class Log implements LogService {
  readonly records = new Emitter<LogRecord>();
  /** Records below this level are dropped. */
  level: LogLevel = 'notice';
  /** What the engine is now; each record carries it. */
  mark: LogMark = 'M';
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  write(level: LogLevel, text: string, mark: LogMark = this.mark): void {
    if (RANKS[level] < RANKS[this.level]) return;
    this.records.emit({ atMs: this.#clock.nowMs(), level, mark, text });
  }

  debug(text: string): void {
    this.write('debug', text);
  }

  verbose(text: string): void {
    this.write('verbose', text);
  }

  notice(text: string): void {
    this.write('notice', text);
  }

  warning(text: string): void {
    this.write('warning', text);
  }
}
