// Connections to real servers: typed for once, or kept as profiles; both end as nodes of the fleet.
import { actBounds, type ConnectRequest } from '../contract/acts.ts';
import { FailureError, toFailure } from '../contract/failure-error.ts';
import type { Address } from '../contract/places.ts';
import type { Profile, ProfilesView, Secrets } from '../contract/profiles.ts';
import type { ConnectResult } from '../contract/surroundings.ts';
import type { Finding } from '../fleet/discovery/finding.ts';
import { type Entry, toEntry } from '../fleet/entry.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { NodeKeeper } from '../fleet/node-keeper.ts';
import { RemoteFleetNode } from '../fleet/observing/fleet-node.ts';
import { sameAddress } from '../fleet/observing/topology.ts';
import { draftProfile } from '../profiles/draft.ts';
import type { ProfileBook } from '../profiles/profile-book.ts';
import type { RememberedConnection } from './settings-store.ts';

export interface ConnectionsParts {
  readonly fleet: Fleet;
  readonly keeper: NodeKeeper;
  readonly finding: Finding;
  readonly book: ProfileBook;
}

export class Connections {
  readonly #parts: ConnectionsParts;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  list(): ProfilesView {
    const { book } = this.#parts;
    return {
      profiles: book.list((profileId) => this.#nodeOf(profileId)?.id ?? null),
      secrets: book.secrets,
      problem: book.problem,
    };
  }

  /**
   * Connects to what was typed, and keeps it as a profile, its password for this start only.
   * @throws FailureError as connecting does; tooManyNodes, nodeNameTaken
   */
  async connect(request: ConnectRequest): Promise<ConnectResult> {
    const entry = toEntry(request);
    const known = this.#parts.book.all.find((profile) => isOf(profile, entry));
    const profile = known ?? profileOf(entry);
    const result = await this.#enter({ ...entry, profileId: profile?.id ?? null });
    if (result.kind === 'connected' && profile) this.#keepEntered(profile, entry);
    return result;
  }

  /** @param password what was typed for this time @throws FailureError as `connect`, and as `ProfileBook.destination` */
  open(profileId: string, password: string | undefined, sentinelMaster: string | undefined): Promise<ConnectResult> {
    const { book } = this.#parts;
    const profile = book.profile(profileId);
    const open = this.#nodeOf(profileId);
    if (open?.lifecycle.kind === 'running') return Promise.resolve({ kind: 'connected', nodeId: open.id });
    if (password !== undefined) book.type(profileId, { password });
    if (open) this.#parts.fleet.remove(open.id);
    const entry = this.#entryOf(profile);
    return this.#enter({ ...entry, sentinelMaster: sentinelMaster ?? entry.sentinelMaster }).catch((error) => {
      // A password that was rejected is not tried again unasked.
      if (password !== undefined && toFailure(error).code === 'authRejected') book.forgetTyped(profileId);
      throw error;
    });
  }

  save(profile: Profile, secrets: Secrets): void {
    this.#parts.book.save(profile, secrets);
  }

  remove(profileId: string): void {
    const node = this.#nodeOf(profileId);
    if (node) this.#parts.fleet.remove(node.id);
    this.#parts.book.remove(profileId);
  }

  /** Opens the secrets, and then what waited for them. */
  unlock(passphrase: string): void {
    this.#parts.book.unlock(passphrase);
    this.openRemembered();
  }

  /** Connects to every profile that wants it at start and can be: what asks for its password waits in the list. */
  openRemembered(): void {
    const { book, fleet, keeper } = this.#parts;
    for (const profile of book.all) {
      if (!profile.opensAtStart || this.#nodeOf(profile.id)) continue;
      try {
        const entry = this.#entryOf(profile);
        // Whom a Sentinel names may change: it is asked once, and the list tells when that failed.
        if (entry.sentinelMaster !== null) void this.#enter(entry).catch(() => {});
        else fleet.add(keeper.keepConnecting(entry));
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
      }
    }
  }

  /** Takes over what a version without profiles remembered. */
  adopt(remembered: readonly RememberedConnection[]): void {
    const { book } = this.#parts;
    for (const { tls, ...connection } of remembered) {
      if (book.all.some((profile) => sameAddress(profile, connection))) continue;
      const profile = draftProfile({ ...connection, tls: tls ? defaultTls : null, opensAtStart: true });
      if (profile) book.save(profile, {});
    }
  }

  /** A connection that a person removed from the fleet is not opened at the next start; its profile stays. */
  noteRemoved(node: RemoteFleetNode): void {
    const { book } = this.#parts;
    const profile = book.all.find(({ id }) => id === node.profileId);
    if (profile?.opensAtStart) book.save({ ...profile, opensAtStart: false }, {});
  }

  #keepEntered(profile: Profile, { destination, environment, name }: Entry): void {
    const { book } = this.#parts;
    const { username, password } = destination.address;
    // A login that is kept already stays kept; one that was typed here lasts until Syncline ends.
    const login = password === null ? 'none' : profile.login === 'saved' ? 'saved' : 'ask';
    book.save({ ...profile, username, login, environment, name: name ?? profile.name, opensAtStart: true }, {});
    if (password !== null) book.type(profile.id, { password });
  }

  #entryOf(profile: Profile): Entry {
    const { id, name, environment, servesFound, sentinelMaster, colour, group, tags } = profile;
    const label = { colour, group, tags };
    const destination = this.#parts.book.destination(id);
    return { destination, name, environment, label, servesFound, sentinelMaster, profileId: id };
  }

  async #enter(entry: Entry): Promise<ConnectResult> {
    const { fleet, finding } = this.#parts;
    if (fleet.members.length >= actBounds.nodesMax) {
      throw new FailureError('tooManyNodes', { limit: actBounds.nodesMax });
    }
    const entered = await finding.enter(entry);
    if (entered.kind === 'sentinel') return entered;
    const { node } = entered;
    this.#makeRoom(node.address);
    if (fleet.members.some((member) => member.node.name === node.name)) {
      node.dispose();
      throw new FailureError('nodeNameTaken', { name: node.name });
    }
    finding.reconsider(node.address);
    const member = fleet.add(node);
    await fleet.observer.look(member);
    fleet.publish();
    return { kind: 'connected', nodeId: node.id };
  }

  /**
   * A connection to the same address makes room for the one that a person asks for, where it never came up, for want
   * of its password say, or where discovery made it.
   */
  #makeRoom(address: Address): void {
    const { fleet } = this.#parts;
    const inTheWay = fleet.members.filter(
      ({ node }) => (node.lifecycle.kind === 'connecting' || node.isFound) && sameAddress(node.address, address),
    );
    for (const { id } of inTheWay) fleet.remove(id);
  }

  #nodeOf(profileId: string): RemoteFleetNode | null {
    const nodes = this.#parts.fleet.members.map(({ node }) => node);
    return nodes.find(
      (node) => node instanceof RemoteFleetNode && node.profileId === profileId,
    ) as RemoteFleetNode | null;
  }
}

const defaultTls: NonNullable<Profile['tls']> = { serverName: null, authority: null, certificate: null };

/** What is typed goes straight there: behind a tunnel the same address is another server. */
function isOf(profile: Profile, { destination, sentinelMaster }: Entry): boolean {
  return profile.ssh === null && profile.sentinelMaster === sentinelMaster && sameAddress(profile, destination.address);
}

function profileOf({ destination, name, environment, servesFound, sentinelMaster }: Entry): Profile | null {
  const { host, port, tls, username } = destination.address;
  return draftProfile({
    host,
    port,
    username,
    name,
    environment,
    servesFound,
    sentinelMaster,
    tls: tls ? defaultTls : null,
  });
}
