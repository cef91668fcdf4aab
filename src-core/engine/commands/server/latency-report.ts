// LATENCY DOCTOR: what the samples say, in sentences, and what may be done about it, in Redis's words.
import type { LatencyEvent } from '../services.ts';

export interface LatencySettings {
  /** `latency-monitor-threshold`; 0: nothing is sampled. */
  readonly thresholdMs: number;
  /** `slowlog-log-slower-than`; -1: nothing is logged. */
  readonly slowLogUs: number;
  readonly nowSeconds: number;
}

const disabled =
  `I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use "CONFIG SET ` +
  `latency-monitor-threshold <milliseconds>." in order to enable it. If we weren't in a deep space mission I'd suggest ` +
  'to take a look at https://redis.io/topics/latency-monitor.\n';
const nothingSeen =
  'Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. I honestly ' +
  'think you ought to sit down calmly, take a stress pill, and think things over.\n';

export function latencyReport(events: readonly LatencyEvent[], settings: LatencySettings): string {
  if (settings.thresholdMs === 0) return disabled;
  if (events.length === 0) return nothingSeen;
  const lines = events.map((event, index) => `${index + 1}. ${describe(event, settings.nowSeconds)}\n`);
  return (
    "Dave, I have observed latency spikes in this Redis instance. You don't mind talking about it, do you Dave?\n\n" +
    `${lines.join('')}\nI have a few advices for you:\n\n${advice(settings)
      .map((line) => `- ${line}\n`)
      .join('')}`
  );
}

function describe({ name, worstMs, samples }: LatencyEvent, nowSeconds: number): string {
  const average = Math.floor(samples.reduce((sum, { durationMs }) => sum + durationMs, 0) / samples.length);
  const distances = samples.reduce((sum, { durationMs }) => sum + Math.abs(average - durationMs), 0);
  const deviation = Math.floor(distances / samples.length);
  const lastedSeconds = Math.max(1, nowSeconds - samples[0]!.atSeconds);
  const period = (lastedSeconds / samples.length).toFixed(2);
  return (
    `${name}: ${samples.length} latency spikes (average ${average}ms, mean deviation ${deviation}ms, ` +
    `period ${period} sec). Worst all time event ${worstMs}ms.`
  );
}

/** All events here are of commands: what Redis advises about those. */
function advice({ thresholdMs, slowLogUs }: LatencySettings): string[] {
  const wantedUs = thresholdMs * 1000;
  const about =
    slowLogUs < 0
      ? 'There are latency issues with potentially slow commands you are using. Try to enable the Slow Log Redis feature ' +
        `using the command 'CONFIG SET slowlog-log-slower-than ${wantedUs}'. If the Slow log is disabled Redis is not ` +
        'able to log slow commands execution for you.'
      : slowLogUs > wantedUs
        ? 'Your current Slow Log configuration only logs events that are slower than your configured latency monitor ' +
          `threshold. Please use 'CONFIG SET slowlog-log-slower-than ${wantedUs}'.`
        : null;
  return [
    ...(about === null ? [] : [about]),
    'Check your Slow Log to understand what are the commands you are running which are too slow to execute. Please ' +
      'check https://redis.io/commands/slowlog for more information.',
    'Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking operation. If you have ' +
      'very large objects that are often deleted, expired, or evicted, try to fragment those objects into multiple ' +
      'smaller objects.',
  ];
}
