// How figures are written: thin spaces between thousands, units after, and widths that do not jump.

/** Thin, and never the end of a line: a figure stays whole, and keeps its unit. */
const thinSpace = '\u202f';
const minus = '−';

/** A whole number with thin spaces between thousands: 48 201 337. */
export function formatCount(value: number): string {
  const sign = value < 0 ? minus : '';
  return sign + String(Math.abs(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, thinSpace);
}

/** Three significant figures, without an exponent: 1.24, 12.4, 124. */
function threeFigures(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units: 812 B, 1.24 MB. A negative value (skew of sampling) keeps its sign. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  const sign = bytes < 0 ? minus : '';
  if (size < 1000) return `${sign}${Math.round(size)}${thinSpace}B`;
  let scaled = size;
  let unit = 0;
  while (scaled >= 999.5 && unit < byteUnits.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${sign}${threeFigures(scaled)}${thinSpace}${byteUnits[unit]}`;
}

/** A configured size: binary units where it is a round number of them (1 MiB), else as `formatBytes`. */
export function formatSize(bytes: number): string {
  const binary = [
    ['GiB', 1 << 30],
    ['MiB', 1 << 20],
    ['KiB', 1 << 10],
  ] as const;
  for (const [unit, size] of binary) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${thinSpace}${unit}`;
  }
  return formatBytes(bytes);
}

/** Bytes per second. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A share that may be tiny: 0.04 %, 3.1 %, 42 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const digits = percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
  return `${percent.toFixed(digits)}${thinSpace}%`;
}

/** A count per second, short: 840/s, 9.8k/s, 1.2M/s. */
export function formatPerSecond(perSecond: number): string {
  if (perSecond < 1000) return `${Math.round(perSecond)}/s`;
  if (perSecond < 999_500) return `${threeFigures(perSecond / 1000)}k/s`;
  return `${threeFigures(perSecond / 1_000_000)}M/s`;
}

/** A length of time given in seconds: 0 ms, 80 ms, 2.3 s, 41 s, 3 min 20 s, 2 h 5 min. */
export function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? minus : '';
  if (size < 0.9995) return `${sign}${Math.round(size * 1000)}${thinSpace}ms`;
  if (size < 9.95) return `${sign}${size.toFixed(1)}${thinSpace}s`;
  if (size < 119.5) return `${sign}${Math.round(size)}${thinSpace}s`;
  const whole = Math.round(size);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${sign}${minutes}${thinSpace}min ${whole % 60}${thinSpace}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${sign}${hours}${thinSpace}h ${minutes % 60}${thinSpace}min`;
  return `${sign}${Math.floor(hours / 24)}${thinSpace}d ${hours % 24}${thinSpace}h`;
}

/** A span that is counted in whole seconds (an interval, the age of an ACK): 0 s, 1 s, 250 ms. */
export function formatWholeSeconds(seconds: number): string {
  return Number.isInteger(seconds) && seconds < 120 ? `${seconds}${thinSpace}s` : formatSeconds(seconds);
}

/** Milliseconds of a step, to a tenth below ten: 0.1 ms, 14 ms, 2.3 s. */
export function formatMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)}${thinSpace}ms`;
  return formatSeconds(ms / 1000);
}

/** The time of day with milliseconds, as Redis writes it: 14:03:07.123. */
export function formatClock(atMs: number, withMs: boolean): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMs ? `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}` : clock;
}

/** Day and time of day: 2026-11-22 14:03:07. */
export function formatMoment(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(atMs, false)}`;
}

/** The first letters of a replication id, as operators read them: c88cd043…. */
export function formatId(id: string): string {
  return id.length > 8 ? `${id.slice(0, 8)}…` : id;
}

/** A share as whole per cent. */
export function formatPercent(share: number): string {
  return `${Math.floor(share * 100)}${thinSpace}%`;
}

/** host:port, with brackets around an IPv6 host; the host alone while no port is known (0). */
export function formatAddress(address: { readonly host: string; readonly port: number }): string {
  if (address.port === 0) return address.host;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
