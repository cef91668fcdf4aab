// Who looks at commands as they run: MONITOR sees each of them, SLOWLOG and LATENCY those that took long.
import type { Clock } from '../../base/ports.ts';
import type { Args } from '../commands/args.ts';
import type { ConfigService, ObservationService, Session } from '../commands/services.ts';
import type { Command } from '../commands/table.ts';
import { hiddenWords } from './hidden-words.ts';
import { LatencyMonitor } from './latency-monitor.ts';
import { quotedText } from './quoted-text.ts';
import { SlowLog } from './slow-log.ts';

/**
 * Quick commands take about a microsecond, of which a look at the clock would be a good part. They are measured only if a
 * limit below this is asked for, or LATENCY is on.
 */
const QUICK_COMMANDS_US = 1000;
const HIDDEN = Buffer.from('(redacted)');

export class Observation implements ObservationService {
  seesAll = false;
  seesLong = false;
  readonly slowLog = new SlowLog();
  readonly latency = new LatencyMonitor();
  readonly #clock: Clock;
  readonly #config: ConfigService;
  readonly #monitors = new Set<Session>();
  #slowUs = 0;
  #slowLogMax = 0;
  #latencyMs = 0;

  constructor(clock: Clock, config: ConfigService) {
    this.#clock = clock;
    this.#config = config;
    for (const name of ['slowlog-log-slower-than', 'slowlog-max-len', 'latency-monitor-threshold']) {
      config.onChange(name, () => this.#configure());
    }
    this.#configure();
  }

  nowMs(): number {
    return this.#clock.monotonicMs();
  }

  ran(session: Session, command: Command, args: Args, startedMs: number): void {
    const tookMs = this.nowMs() - startedMs;
    const tookUs = Math.floor(tookMs * 1000);
    if (this.#latencyMs > 0 && Math.floor(tookMs) >= this.#latencyMs) {
      this.latency.add(command.has('fast') ? 'fast-command' : 'command', this.#nowSeconds(), Math.floor(tookMs));
    }
    const isSlow = this.#slowUs >= 0 && this.#slowLogMax > 0 && tookUs >= this.#slowUs;
    if (isSlow && !command.has('skip_slowlog')) this.#logSlow(session, command, args, tookUs);
    if (this.#monitors.size > 0 && !command.has('admin') && !command.has('skip_monitor')) {
      this.#show(session, command, args);
    }
  }

  monitor(session: Session): void {
    session.isMonitor = true;
    this.#monitors.add(session);
    this.#configure();
  }

  forget(session: Session): void {
    if (!session.isMonitor) return;
    session.isMonitor = false;
    this.#monitors.delete(session);
    this.#configure();
  }

  #configure(): void {
    this.#slowUs = this.#config.number('slowlog-log-slower-than');
    this.#slowLogMax = this.#config.number('slowlog-max-len');
    this.#latencyMs = this.#config.number('latency-monitor-threshold');
    this.seesLong = this.#slowUs >= 0;
    const seesQuick = (this.#slowUs >= 0 && this.#slowUs < QUICK_COMMANDS_US) || this.#latencyMs > 0;
    this.seesAll = this.#monitors.size > 0 || seesQuick;
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }

  #logSlow(session: Session, command: Command, args: Args, durationUs: number): void {
    const { remoteAddress: address, name: clientName } = session;
    const words = this.#words(command, args);
    this.slowLog.add({ atSeconds: this.#nowSeconds(), durationUs, words, address, clientName }, this.#slowLogMax);
  }

  #show(session: Session, command: Command, args: Args): void {
    const nowMs = this.#clock.nowMs();
    const micros = String(Math.floor((nowMs % 1000) * 1000)).padStart(6, '0');
    const words = this.#words(command, args).map(quotedText).join(' ');
    const who = `${session.databaseIndex} ${session.remoteAddress}`;
    const line = Buffer.from(`+${Math.floor(nowMs / 1000)}.${micros} [${who}] ${words}\r\n`, 'latin1');
    for (const monitor of this.#monitors) monitor.push(line);
  }

  #words(command: Command, args: Args): readonly Buffer[] {
    const hidden = hiddenWords(command.name, args);
    return Array.from({ length: args.count }, (_, i) => (hidden.has(i) ? HIDDEN : args.copy(i)));
  }
}
