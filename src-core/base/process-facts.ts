// What an engine tells about the process that it runs in; handed in, as everything of the world is.

export interface ProcessFacts {
  readonly pid: number;
  /** `Linux 6.1.0 x86_64` */
  readonly os: string;
  readonly archBits: number;
  /** The program's path. */
  readonly executable: string;
  readonly totalMemoryBytes: number;
  /** The product's own version. */
  readonly version: string;
  rssBytes(): number;
  /** Of the whole process, in seconds with fractions. */
  cpuSeconds(): { readonly user: number; readonly system: number };
}
