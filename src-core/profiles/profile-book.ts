// Profiles and their secrets as one thing: listed, kept, imported, and turned into a way to a server.

import type { Cipher } from '../base/cipher.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { FailureError } from '../contract/failure-error.ts';
import type { Environment } from '../contract/labels.ts';
import type { ImportPreview, Profile, ProfileView, SecretName, Secrets, SecretsView } from '../contract/profiles.ts';
import { type SshSettings, SshTunnel } from '../remote/ssh-tunnel.ts';
import { type Destination, straightWay, type Way } from '../remote/way.ts';
import type { Draft, Found } from './draft.ts';
import { exportKind, exportVersion, readImport } from './import-file.ts';
import { readPastedLines } from './pasted-lines.ts';
import { ProfileStore } from './profile-store.ts';
import { type KeptSecrets, SecretStore } from './secret-store.ts';

export class ProfileBook implements Disposable {
  readonly #profiles: ProfileStore;
  readonly #secrets: SecretStore;
  readonly #tunnels = new Map<string, SshTunnel>();
  /** What was typed for this start only, by profile. */
  readonly #typed = new Map<string, KeptSecrets>();
  /** What was read and not yet saved, by the id of its draft. */
  #found = new Map<string, Draft>();

  constructor(folder: string, keychain: Cipher | null) {
    this.#profiles = new ProfileStore(folder);
    this.#secrets = new SecretStore(folder, keychain);
  }

  get problem() {
    return this.#profiles.problem ?? this.#secrets.problem;
  }

  get all(): readonly Profile[] {
    return this.#profiles.all;
  }

  get secrets(): SecretsView {
    return this.#secrets.view;
  }

  list(nodeIdOf: (profileId: string) => string | null): ProfileView[] {
    return this.#profiles.all.map((profile) => ({
      profile,
      kept: this.#secrets.names(profile.id),
      nodeId: nodeIdOf(profile.id),
    }));
  }

  profile(id: string): Profile {
    return this.#profiles.profile(id);
  }

  /**
   * Keeps the profile, and its secrets unless its login is asked for each time. Where no passphrase was chosen, keys
   * hold until Syncline ends, as a password does that is asked for.
   * @throws FailureError secretsLocked before anything is written, tooManyProfiles, fileNewer
   */
  save(profile: Profile, secrets: Secrets): void {
    const { password, ...others } = secrets;
    const kept: Secrets = profile.login === 'saved' ? secrets : { ...others, password: null };
    const canKeep = isOpen(this.#secrets.view);
    const held = toKept(others);
    const wantsWrite = isNew(this.#secrets.view) ? Boolean(kept.password) : Object.keys(toKept(kept)).length > 0;
    if (wantsWrite && !canKeep) throw new FailureError('secretsLocked');
    const before = this.#profiles.all.find(({ id }) => id === profile.id);
    this.#profiles.save(profile);
    if (canKeep) this.#secrets.write(profile.id, kept);
    else this.type(profile.id, held);
    if (changesTunnel(before, profile, secrets)) this.#forgetTunnel(profile.id);
    if (typeof password === 'string') this.type(profile.id, { password });
  }

  remove(id: string): void {
    this.#profiles.remove(id);
    this.#secrets.remove(id);
    this.#typed.delete(id);
    this.#forgetTunnel(id);
  }

  unlock(passphrase: string): void {
    this.#secrets.unlock(passphrase);
  }

  lock(): void {
    this.#secrets.lock();
  }

  /** Secrets for this start only: what a person types for a profile that asks each time. */
  type(id: string, secrets: KeptSecrets): void {
    this.#typed.set(id, { ...this.#typed.get(id), ...secrets });
  }

  forgetTyped(id: string): void {
    this.#typed.delete(id);
  }

  /** @throws FailureError profileUnknown, secretsLocked, secretsUnreadable, passwordNeeded */
  destination(id: string): Destination {
    const profile = this.#profiles.profile(id);
    const secrets = { ...this.#keptFor(profile), ...this.#typed.get(id) };
    const { host, port, username, tls, login, name } = profile;
    if (login !== 'none' && secrets.password === undefined) throw new FailureError('passwordNeeded', { name });
    const password = login === 'none' ? null : (secrets.password ?? null);
    return {
      address: { host, port, tls: tls !== null, username, password },
      way: this.#wayOf(profile, secrets),
    };
  }

  /** Reads what an import holds; kept by `keep` and by nothing else. @throws FailureError importUnknown, fileNewer */
  preview(content: string, form: 'file' | 'lines'): ImportPreview {
    const found: Found = form === 'file' ? readImport(content) : readPastedLines(content);
    this.#found = new Map(found.drafts.map((draft) => [draft.profile.id, draft]));
    const names = ({ secrets }: Draft) => Object.keys(secrets) as SecretName[];
    const drafts = found.drafts.map((draft) => ({ ...draft, secrets: names(draft) }));
    return { ...found, drafts };
  }

  /**
   * Saves drafts of the last preview. Secrets are kept where they can be; else those profiles ask each time.
   * @param environment of all of them; absent: as the drafts say
   * @returns how many were saved
   */
  keep(ids: readonly string[], environment?: Environment): number {
    const drafts = ids.flatMap((id) => this.#found.get(id) ?? []);
    for (const { profile, secrets } of drafts) {
      const canKeep = isOpen(this.#secrets.view);
      const login = profile.login === 'saved' && !canKeep ? 'ask' : profile.login;
      this.save({ ...profile, login, ...(environment && { environment }) }, canKeep ? secrets : {});
      if (!canKeep) this.type(profile.id, secrets);
      this.#found.delete(profile.id);
    }
    return drafts.length;
  }

  /** All profiles as a file of our own; there is no secret in it. */
  exported(): string {
    return `${JSON.stringify({ kind: exportKind, version: exportVersion, profiles: this.#profiles.all }, null, 2)}\n`;
  }

  dispose(): void {
    for (const tunnel of this.#tunnels.values()) tunnel.dispose();
    this.#tunnels.clear();
  }

  #keptFor(profile: Profile): KeptSecrets {
    const needsNone =
      profile.login !== 'saved' && !profile.tls?.certificate && (profile.ssh?.login ?? 'agent') === 'agent';
    return needsNone ? {} : this.#secrets.read(profile.id);
  }

  #wayOf({ id, tls, ssh, addressMap }: Profile, secrets: KeptSecrets): Way {
    return {
      addressMap,
      tls: tls
        ? { ...tls, key: secrets.tlsKey ?? null, keyPassphrase: secrets.tlsKeyPassphrase ?? null }
        : straightWay.tls,
      tunnel: ssh ? this.#tunnel(id, ssh, secrets) : null,
    };
  }

  /** One for each profile: its nodes share the SSH connection. */
  #tunnel(id: string, ssh: NonNullable<Profile['ssh']>, secrets: KeptSecrets): SshTunnel {
    const known = this.#tunnels.get(id);
    if (known) return known;
    const { host, port, username, hostKey } = ssh;
    const tunnel = new SshTunnel({ host, port, username, hostKey, login: sshLogin(ssh, secrets) });
    this.#tunnels.set(id, tunnel);
    return tunnel;
  }

  #forgetTunnel(id: string): void {
    this.#tunnels.get(id)?.dispose();
    this.#tunnels.delete(id);
  }
}

/** Nodes go through the tunnel of their profile: another name or colour is no reason to close it. */
function changesTunnel(before: Profile | undefined, now: Profile, secrets: Secrets): boolean {
  const sshSecrets = [secrets.sshKey, secrets.sshKeyPassphrase, secrets.sshPassword];
  return JSON.stringify(before?.ssh) !== JSON.stringify(now.ssh) || sshSecrets.some((secret) => secret !== undefined);
}

/** Those that have a value; null and nothing take one away. */
function toKept(secrets: Secrets): KeptSecrets {
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value)) as KeptSecrets;
}

function isNew(view: SecretsView): boolean {
  return view.kind === 'file' && view.state === 'new';
}

function isOpen(view: SecretsView): boolean {
  return view.kind === 'keychain' || view.state === 'open';
}

/** Pageant's name on Windows, where there is no SSH_AUTH_SOCK. */
function agentSocket(): string {
  return process.env.SSH_AUTH_SOCK ?? (process.platform === 'win32' ? 'pageant' : '');
}

function sshLogin({ login }: NonNullable<Profile['ssh']>, secrets: KeptSecrets): SshSettings['login'] {
  switch (login) {
    case 'password':
      return { kind: 'password', password: secrets.sshPassword ?? '' };
    case 'key':
      return { kind: 'key', key: secrets.sshKey ?? '', passphrase: secrets.sshKeyPassphrase ?? null };
    case 'agent':
      return { kind: 'agent', socket: agentSocket() };
  }
}
