// What Node knows of this process and its machine.
import { arch, release, type as systemName, totalmem } from 'node:os';
import type { ProcessFacts } from '../base/process-facts.ts';

/** Redis's names for the processors that Node names otherwise. */
const PROCESSORS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
const MICROSECONDS = 1_000_000;

/** `version` is the product's. */
export function nodeProcessFacts(version: string): ProcessFacts {
  return {
    pid: process.pid,
    os: `${systemName()} ${release()} ${PROCESSORS[arch()] ?? arch()}`,
    archBits: /64/.test(arch()) ? 64 : 32,
    executable: process.argv[1] ?? process.execPath,
    totalMemoryBytes: totalmem(),
    version,
    rssBytes: () => process.memoryUsage.rss(),
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return { user: user / MICROSECONDS, system: system / MICROSECONDS };
    },
  };
}
