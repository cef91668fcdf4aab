// What a server process has used, as Linux tells it; null on other systems, where the table says n/a.
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, the unit of /proc/<pid>/stat, is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** User and system time of a process since its start, in seconds. */
export function cpuSeconds(pid: number): number | null {
  return process.platform === 'linux' ? readStat(pid).cpuSeconds : null;
}

/** The same with that of its children that ended, as the fork that wrote a snapshot. */
export function cpuSecondsWithEnded(pid: number): number | null {
  return process.platform === 'linux' ? readStat(pid).cpuSecondsWithEnded : null;
}

/** The same of a process and all that it started and that still runs. @throws Error on other systems than Linux. */
export function cpuSecondsOfTree(root: number): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStatIfThere(Number(name)))
    .filter((stat) => stat !== null);
  const below = (pid: number): number =>
    stats.filter(({ parent }) => parent === pid).reduce((sum, stat) => sum + stat.cpuSeconds + below(stat.pid), 0);
  return readStat(root).cpuSeconds + below(root);
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
  readonly cpuSecondsWithEnded: number;
}

function readStat(pid: number): Stat {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name stands in parentheses and may hold spaces. Behind it: state, parent; from the 12th: utime, stime, and those
  // of children that ended.
  const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = words.slice(11, 15).map(Number);
  const own = (user + system) / ticksPerSecond;
  const ended = (endedUser + endedSystem) / ticksPerSecond;
  return { pid, parent: Number(words[1]), cpuSeconds: own, cpuSecondsWithEnded: own + ended };
}

/** Null when the process ended between the listing and the look. */
function readStatIfThere(pid: number): Stat | null {
  try {
    return readStat(pid);
  } catch {
    return null;
  }
}

/** Memory of a process that is in RAM, bytes. */
export function residentBytes(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
