// A JSON file with a version that a person would miss: never overwritten when it is damaged or newer than we are.
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import * as z from 'zod';

/** How a file was found. */
export type FileProblem =
  | { readonly kind: 'damaged'; readonly keptAs: string }
  | { readonly kind: 'newer'; readonly version: number };

export interface FileForm<T> {
  /** Without `.json`. */
  readonly name: string;
  readonly version: number;
  readonly schema: z.ZodType<T>;
  readonly empty: T;
}

const envelope = z.object({ version: z.int().min(1), content: z.unknown() });

export class VersionedFile<T> {
  readonly problem: FileProblem | null;
  readonly #form: FileForm<T>;
  readonly #conf: Conf | null;
  #content: T;

  /** @param folder made if need be, when something is first written. */
  constructor(folder: string, form: FileForm<T>) {
    this.#form = form;
    const path = join(folder, `${form.name}.json`);
    const found = existsSync(path) ? readEnvelope(path, form) : { content: form.empty, problem: null };
    this.#content = found.content;
    this.problem = found.problem?.kind === 'damaged' ? putAside(path) : found.problem;
    this.#conf =
      this.problem?.kind === 'newer' ? null : new Conf({ cwd: folder, configName: form.name, configFileMode: 0o600 });
  }

  get content(): T {
    return this.#content;
  }

  /** Whole or not at all. @returns false where the file is of a newer version, and stays as it is */
  write(content: T): boolean {
    if (this.#conf === null) return false;
    this.#conf.store = { version: this.#form.version, content };
    this.#content = content;
    return true;
  }
}

function readEnvelope<T>(
  path: string,
  form: FileForm<T>,
): { content: T; problem: FileProblem | { kind: 'damaged' } | null } {
  const damaged = { content: form.empty, problem: { kind: 'damaged' } } as const;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return damaged;
  }
  const outer = envelope.safeParse(json);
  if (!outer.success) return damaged;
  const { version } = outer.data;
  if (version > form.version) return { content: form.empty, problem: { kind: 'newer', version } };
  const inner = form.schema.safeParse(outer.data.content);
  return inner.success ? { content: inner.data, problem: null } : damaged;
}

function putAside(path: string): FileProblem {
  const keptAs = `${path}.damaged-${Date.now()}`;
  renameSync(path, keptAs);
  return { kind: 'damaged', keptAs };
}
