// What Syncline remembers between two starts: the lab, connections without their secrets, and the window's place.
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import * as z from 'zod';
import { actBounds } from '../contract/acts.ts';
import type { LabNode } from '../lab/first-lab.ts';

const fileName = 'settings';
const port = z.int().min(0).max(65_535);

const labSchema = z.array(
  z.object({
    name: z.string().min(1).max(actBounds.nodeNameMaxLength),
    port,
    master: z.string().nullable(),
    load: z
      .object({
        writesPerSecond: z.int().min(actBounds.writesPerSecondMin).max(actBounds.writesPerSecondMax),
        valueBytes: z.int().min(actBounds.valueBytesMin).max(actBounds.valueBytesMax),
      })
      .nullable(),
  }),
);

/** A connection as it may lie on the disk: no password. */
const connectionsSchema = z.array(
  z.object({
    name: z.string(),
    host: z.string().min(1),
    port,
    tls: z.boolean(),
    username: z.string().nullable(),
    environment: z.enum(['lab', 'dev', 'stage', 'prod']),
  }),
);

const windowSchema = z.object({
  x: z.int().exactOptional(),
  y: z.int().exactOptional(),
  width: z.int().min(1),
  height: z.int().min(1),
});

export type RememberedConnection = z.infer<typeof connectionsSchema>[number];
export type WindowPlace = z.infer<typeof windowSchema>;

export class SettingsStore {
  /** Where a file that could not be read was put aside; null where all was well. */
  readonly damagedCopy: string | null;
  readonly #conf: Conf;

  /** @param folder where the file lies; made if need be. */
  constructor(folder: string) {
    this.damagedCopy = putAsideIfDamaged(join(folder, `${fileName}.json`));
    this.#conf = new Conf({ cwd: folder, configName: fileName });
  }

  /** Null before the very first start, and for what is no lab. */
  get lab(): readonly LabNode[] | null {
    return this.#read('lab', labSchema);
  }

  set lab(lab: readonly LabNode[]) {
    this.#conf.set('lab', lab);
  }

  /** What a version before profiles remembered, handed over once. */
  takeConnections(): readonly RememberedConnection[] {
    const connections = this.#read('connections', connectionsSchema) ?? [];
    this.#conf.delete('connections');
    return connections;
  }

  /** Whether nothing may be sent that changes a server. */
  get isReadOnly(): boolean {
    return this.#read('readOnly', z.boolean()) ?? false;
  }

  set isReadOnly(isReadOnly: boolean) {
    this.#conf.set('readOnly', isReadOnly);
  }

  get window(): WindowPlace | null {
    return this.#read('window', windowSchema);
  }

  set window(place: WindowPlace) {
    this.#conf.set('window', place);
  }

  /** A file may have been edited by hand, or written by another version. */
  #read<T>(name: string, schema: z.ZodType<T>): T | null {
    const { success, data } = schema.safeParse(this.#conf.get(name));
    return success ? data : null;
  }
}

/** A settings file that is no JSON is never overwritten: it is renamed, and a new one begins. */
function putAsideIfDamaged(path: string): string | null {
  if (!existsSync(path)) return null;
  try {
    JSON.parse(readFileSync(path, 'utf8'));
    return null;
  } catch {
    const aside = `${path}.damaged-${Date.now()}`;
    renameSync(path, aside);
    return aside;
  }
}
