// Where the secrets of profiles lie: sealed by the system's keychain, or by a passphrase; in clear nowhere.
//
//            choose                     lock
//   new ───────────────▶ open ─────────────────────▶ locked
//                         ▲           unlock           │
//                         └────────────────────────────┘
//   (a keychain is always open)

import * as z from 'zod';
import type { Cipher } from '../base/cipher.ts';
import { FailureError } from '../contract/failure-error.ts';
import { profileBounds, type SecretName, type Secrets, type SecretsView, secretNames } from '../contract/profiles.ts';
import { newSalt, passphraseCipher } from './passphrase-cipher.ts';
import { type FileProblem, VersionedFile } from './versioned-file.ts';

/** What a passphrase must open before it is believed. */
const proofText = 'syncline';

const sealedSchema = z.object({
  /** Null where the system's keychain seals. */
  passphrase: z.object({ salt: z.string(), proof: z.string() }).nullable(),
  /** By profile: its secrets as one sealed JSON. */
  sealed: z.record(z.string(), z.string()),
});
type SealedFile = z.infer<typeof sealedSchema>;
const empty: SealedFile = { passphrase: null, sealed: {} };

export type KeptSecrets = Readonly<Partial<Record<SecretName, string>>>;

export class SecretStore {
  readonly #file: VersionedFile<SealedFile>;
  readonly #isKeychain: boolean;
  #cipher: Cipher | null;

  /** @param keychain null where the system offers none that can be trusted: then a passphrase is asked for */
  constructor(folder: string, keychain: Cipher | null) {
    this.#isKeychain = keychain !== null;
    const name = keychain === null ? 'secrets' : 'secrets-keychain';
    this.#file = new VersionedFile(folder, { name, version: 1, schema: sealedSchema, empty });
    this.#cipher = keychain;
  }

  get problem(): FileProblem | null {
    return this.#file.problem;
  }

  get view(): SecretsView {
    if (this.#isKeychain) return { kind: 'keychain' };
    if (this.#cipher !== null) return { kind: 'file', state: 'open' };
    return { kind: 'file', state: this.#file.content.passphrase === null ? 'new' : 'locked' };
  }

  /**
   * Opens the file, or chooses the passphrase of a new one.
   * @throws FailureError passphraseWrong, passphraseTooShort
   */
  unlock(passphrase: string): void {
    if (this.#isKeychain || this.#cipher !== null) return;
    const { passphrase: chosen } = this.#file.content;
    if (chosen === null) this.#choose(passphrase);
    else {
      const cipher = passphraseCipher(passphrase, chosen.salt);
      if (tryOpen(cipher, chosen.proof) !== proofText) throw new FailureError('passphraseWrong');
      this.#cipher = cipher;
    }
  }

  lock(): void {
    if (!this.#isKeychain) this.#cipher = null;
  }

  /** Empty where nothing is kept. @throws FailureError secretsLocked; secretsUnreadable: sealed by another key */
  read(profileId: string): KeptSecrets {
    const sealed = this.#file.content.sealed[profileId];
    if (sealed === undefined) return {};
    const text = tryOpen(this.#opened(), sealed);
    if (text === null) throw new FailureError('secretsUnreadable');
    return JSON.parse(text);
  }

  /** Names only; empty while locked. */
  names(profileId: string): SecretName[] {
    if (this.#cipher === null) return [];
    try {
      const kept = this.read(profileId);
      return secretNames.filter((name) => kept[name] !== undefined);
    } catch {
      return []; // told when it is used
    }
  }

  /** Absent ones stay, null removes. @throws FailureError secretsLocked, secretsUnreadable, fileNewer */
  write(profileId: string, changes: Secrets): void {
    const kept: Partial<Record<SecretName, string>> = { ...this.read(profileId) };
    for (const name of secretNames) {
      const value = changes[name];
      if (value === null || value === '') delete kept[name];
      else if (value !== undefined) kept[name] = value;
    }
    const { [profileId]: _, ...others } = this.#file.content.sealed;
    const isEmpty = Object.keys(kept).length === 0;
    if (isEmpty && _ === undefined) return;
    this.#save({ sealed: isEmpty ? others : { ...others, [profileId]: this.#opened().seal(JSON.stringify(kept)) } });
  }

  /** Needs no key: what is thrown away is not read. */
  remove(profileId: string): void {
    const { [profileId]: removed, ...sealed } = this.#file.content.sealed;
    if (removed !== undefined) this.#save({ sealed });
  }

  #choose(passphrase: string): void {
    const atLeast = profileBounds.passphraseMinLength;
    if (passphrase.length < atLeast) throw new FailureError('passphraseTooShort', { atLeast });
    const salt = newSalt();
    const cipher = passphraseCipher(passphrase, salt);
    this.#save({ passphrase: { salt, proof: cipher.seal(proofText) } });
    this.#cipher = cipher;
  }

  #opened(): Cipher {
    if (this.#cipher === null) throw new FailureError('secretsLocked');
    return this.#cipher;
  }

  #save(part: Partial<SealedFile>): void {
    if (!this.#file.write({ ...this.#file.content, ...part })) throw new FailureError('fileNewer');
  }
}

function tryOpen(cipher: Cipher, sealed: string): string | null {
  try {
    return cipher.open(sealed);
  } catch {
    return null;
  }
}
