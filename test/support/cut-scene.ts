// Four servers that plans are cut off on, asked and laid past Syncline: what holds is read from the servers themselves.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Kind, type Name, names, type Places } from './cut-kinds.ts';
import { configFileName } from './fleet-scene.ts';
import { startHost } from './host.ts';
import { waitFor } from './wait-for.ts';
import { WiredScene } from './wired-scene.ts';

/** Written before each plan; whoever follows has them. */
const keys = Array.from({ length: 20 }, (_, index) => `key:${index}`);
/** By a full copy with this, keys wait so long each: the middle of a snapshot is no blink. */
const slowKeyMicroseconds = 40_000;
const settingsOf: Record<Kind['servers'], Record<string, string[]>> = {
  plain: {},
  pausing: { 'rename-command': ['FAILOVER', 'NOPE'] },
};

export class CutScene extends WiredScene {
  /** Killed, and not there again. */
  readonly #gone = new Set<Name>();

  static async start(servers: Kind['servers']): Promise<CutScene> {
    const scene = new CutScene(await startHost(inject('nodeWorkerUrl')), settingsOf[servers]);
    for (const name of names) {
      if (name === 'charlie') await scene.startEngine(name);
      else await scene.startWithFile(name, settingsOf[servers]);
    }
    return scene;
  }

  get living(): readonly Name[] {
    return names.filter((name) => !this.#gone.has(name));
  }

  get gone(): readonly Name[] {
    return [...this.#gone];
  }

  async kill(name: Name): Promise<void> {
    this.#gone.add(name);
    await this.at(name).process.stop('SIGKILL');
  }

  async bringBack(name: Name, places: Places): Promise<void> {
    await this.revive(name, places[name]);
    this.#gone.delete(name);
  }

  /** Until the host reaches all that live, and misses those that do not. */
  async untilReached(): Promise<void> {
    const isRight = () =>
      names.every((name) => {
        const member = this.host.host.fleet.members.find(({ id }) => id === this.id(name));
        return (member?.lifecycle.kind === 'running') !== this.#gone.has(name);
      });
    await waitFor('the host to reach those that live', isRight);
    await this.look();
  }

  /** Whom each of the living follows by name, or 'master'. */
  async standing(): Promise<Partial<Places>> {
    const places = this.living.map(async (name) => [name, await this.#placeOf(name)] as const);
    return Object.fromEntries(await Promise.all(places));
  }

  /** Lays the places by the servers' own commands, whoever was killed before; all follow in step then, with the same keys. */
  async lay(places: Places): Promise<void> {
    for (const name of this.gone) await this.bringBack(name, places);
    const standing = await this.standing();
    const moved = this.living.filter((name) => standing[name] !== places[name]);
    for (const name of moved) if (places[name] === 'master') await this.direct(name).call('REPLICAOF', 'NO', 'ONE');
    for (const name of moved) {
      const master = places[name];
      if (master === 'master') continue;
      const { host, port } = this.doorOf(master);
      await this.direct(name).call('REPLICAOF', host, String(port));
    }
    await this.direct(rootOf('bravo', places)).mset(...keys.flatMap((key) => [key, `of ${key}`]));
    await this.untilAllLevel(places);
    await this.untilReached();
  }

  /** Until every follower stands at the offset of the one on top. */
  async untilAllLevel(places: Partial<Places>): Promise<void> {
    for (const name of this.living) {
      if (places[name] === undefined || places[name] === 'master') continue;
      const root = rootOf(name, places);
      const offsets = async () => [await this.#offsetOf(name), await this.#offsetOf(root)] as const;
      await waitFor(`${name} to be level with ${root}`, offsets, ([own, top]) => own !== null && own === top);
    }
  }

  /** All keys with their values, as a client reads them. */
  async readKeys(name: Name): Promise<Record<string, string | null>> {
    const client = this.direct(name);
    const all = (await client.keys('*')).sort();
    const values = all.length === 0 ? [] : await client.mget(...all);
    return Object.fromEntries(all.map((key, index) => [key, values[index] ?? null]));
  }

  /** Those that were written before the plan. */
  get writtenKeys(): Record<string, string> {
    return Object.fromEntries(keys.map((key) => [key, `of ${key}`]));
  }

  async readSettings(name: Name, settings: readonly string[]): Promise<Record<string, string>> {
    const client = this.direct(name);
    const pairs = settings.map(async (setting) => (await client.call('CONFIG', 'GET', setting)) as [string, string]);
    return Object.fromEntries(await Promise.all(pairs));
  }

  readConfigFile(name: Name): Promise<string> {
    return readFile(join(this.at(name).process.folder, configFileName), 'utf8');
  }

  /** Its snapshots take a second from now on, or no time again. */
  async slowDown(name: Name, isSlow: boolean): Promise<void> {
    const delay = isSlow ? slowKeyMicroseconds : 0;
    await this.direct(name).call('CONFIG', 'SET', 'rdb-key-save-delay', String(delay));
  }

  async #placeOf(name: Name): Promise<Name | 'master'> {
    const [role, , port] = (await this.direct(name).call('ROLE')) as [string, unknown, number];
    if (role === 'master') return 'master';
    const master = names.find((other) => this.doorOf(other).port === Number(port));
    if (!master) throw new Error(`${name} follows port ${port}, where nobody is`);
    return master;
  }

  /** Null while its link is down. */
  async #offsetOf(name: Name): Promise<number | null> {
    const [role, second, , state, fifth] = (await this.direct(name).call('ROLE')) as [string, number, ...unknown[]];
    if (role === 'master') return Number(second);
    return state === 'connected' ? Number(fifth) : null;
  }
}

/** The master on top of a node. */
export function rootOf(name: Name, places: Partial<Places>): Name {
  let at = name;
  for (let place = places[at]; place !== undefined && place !== 'master'; place = places[at]) at = place;
  return at;
}
