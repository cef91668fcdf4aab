// A scene with two relays at each server: one on the way of the host to it, one before all who replicate from it.
import type { Redis } from 'ioredis';
import type { Address, NodeId } from '#core/contract/places.ts';
import { blankProfile } from '#core/contract/profiles.ts';
import { FleetScene, quickSync } from './fleet-scene.ts';
import { connectedId, type TestHost, unwrap } from './host.ts';
import { type Relay, startRelay } from './relay.ts';
import type { ServerProcess, ServerSettings } from './server-process.ts';

interface Wires {
  /** Between the host and the server. */
  readonly path: Relay;
  /** Where the server says that it is: other servers come this way. */
  readonly door: Relay;
}

/** How a Syncline reaches a server of the scene: by its path; and what the others call it. */
export interface WiredServer {
  readonly name: string;
  readonly path: Address;
  readonly door: Address;
}

/** Servers behind a NAT, so to say: to the host they are at their paths, to each other at their doors. */
export class WiredScene extends FleetScene {
  readonly #wires = new Map<string, Wires>();
  readonly #clients = new WeakMap<ServerProcess, Redis>();
  readonly #settings: ServerSettings;

  /** @param settings of every real server */
  constructor(host: TestHost, settings: ServerSettings) {
    super(host);
    this.#settings = settings;
  }

  /** Past the host and all relays, as somebody beside the server would ask. */
  direct(name: string): Redis {
    const { process } = this.at(name);
    const client = this.#clients.get(process) ?? process.client();
    this.#clients.set(process, client);
    return client;
  }

  /** Cuts the host off from a server until it is mended. */
  cutPath(name: string): void {
    cutOff(this.#wiresOf(name).path);
  }

  /** Cuts all replication, and refuses it until it is mended. */
  cutReplication(): void {
    for (const { door } of this.#wires.values()) cutOff(door);
  }

  mend(): void {
    for (const { path, door } of this.#wires.values()) {
      path.accept();
      door.accept();
    }
  }

  get wired(): readonly WiredServer[] {
    return this.servers.map(({ name }) => {
      const { path, door } = this.#wiresOf(name);
      return { name, path: toAddress(path), door: toAddress(door) };
    });
  }

  override doorOf(name: string): Address {
    return toAddress(this.#wiresOf(name).door);
  }

  protected override settingsOf(name: string): ServerSettings {
    const { host, port } = this.doorOf(name);
    const announced = { 'replica-announce-ip': host, 'replica-announce-port': port };
    return { ...quickSync, ...announced, ...(this.at(name).process.name === 'redis-server' && this.#settings) };
  }

  protected override async connect(host: TestHost, name: string, process: ServerProcess): Promise<NodeId> {
    if (!this.#wires.has(name)) await this.#layWires(name, process);
    const { path, door } = this.#wiresOf(name);
    return connectThrough(host.client, { name, path: toAddress(path), door: toAddress(door) });
  }

  async #layWires(name: string, process: ServerProcess): Promise<void> {
    this.#wires.set(name, { path: await startRelay(process), door: await startRelay(process) });
    const { host, port } = this.doorOf(name);
    const client = process.client();
    await client.call('CONFIG', 'SET', 'replica-announce-ip', host);
    await client.call('CONFIG', 'SET', 'replica-announce-port', String(port));
  }

  #wiresOf(name: string): Wires {
    const wires = this.#wires.get(name);
    if (!wires) throw new Error(`${name} has no wires`);
    return wires;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const { path, door } of this.#wires.values()) {
      await path[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    }
  }
}

/** By a profile, which tells where the servers' own addresses are reached. */
export async function connectThrough(
  { profiles }: Pick<TestHost['client'], 'profiles'>,
  { name, path, door }: WiredServer,
): Promise<NodeId> {
  const addressMap = [{ announced: door, reachable: path }];
  const profile = { ...blankProfile, ...path, id: `profile-${name}`, name, addressMap, servesFound: false };
  unwrap(await profiles.save({ profile, secrets: {} }));
  return connectedId(await profiles.open({ profileId: profile.id }));
}

function cutOff(relay: Relay): void {
  relay.refuse();
  relay.cut();
}

function toAddress({ host, port }: Relay): Address {
  return { host, port };
}
