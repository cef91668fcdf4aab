// What Syncline remembers between two starts: the lab, and connections without their secrets.
import Conf from 'conf';
import type { Environment } from '../contract/views.ts';
import type { LabNode } from '../lab/first-lab.ts';

/** A connection as it may lie on the disk: no password. */
export interface RememberedConnection {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string | null;
  readonly environment: Environment;
}

export interface WindowPlace {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
}

type Stored = {
  lab?: readonly LabNode[];
  connections?: readonly RememberedConnection[];
  window?: WindowPlace;
};

export class SettingsStore {
  readonly #conf: Conf<Stored>;

  /**
   * @param folder where the file lies; made if need be.
   * A file that cannot be read as JSON is replaced by an empty one: it holds nothing that cannot be made again.
   */
  constructor(folder: string) {
    this.#conf = new Conf<Stored>({ cwd: folder, configName: 'settings', clearInvalidConfig: true });
  }

  /** Null before the very first start. */
  get lab(): readonly LabNode[] | null {
    return this.#conf.get('lab') ?? null;
  }

  set lab(lab: readonly LabNode[]) {
    this.#conf.set('lab', lab);
  }

  get connections(): readonly RememberedConnection[] {
    return this.#conf.get('connections') ?? [];
  }

  set connections(connections: readonly RememberedConnection[]) {
    this.#conf.set('connections', connections);
  }

  get window(): WindowPlace | null {
    return this.#conf.get('window') ?? null;
  }

  set window(place: WindowPlace) {
    this.#conf.set('window', place);
  }
}
