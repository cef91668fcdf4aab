// The kept profiles: read once, written whole at each change.
import * as z from 'zod';
import { FailureError } from '../contract/failure-error.ts';
import { type Profile, type ProfilesProblem, profileBounds, profileSchema } from '../contract/profiles.ts';
import { VersionedFile } from './versioned-file.ts';

export const profilesVersion = 1;

export class ProfileStore {
  readonly #file: VersionedFile<Profile[]>;

  constructor(folder: string) {
    const schema = z.array(profileSchema).max(profileBounds.profilesMax);
    this.#file = new VersionedFile(folder, { name: 'profiles', version: profilesVersion, schema, empty: [] });
  }

  get all(): readonly Profile[] {
    return this.#file.content;
  }

  get problem(): ProfilesProblem | null {
    return this.#file.problem;
  }

  /** @throws FailureError profileUnknown */
  profile(id: string): Profile {
    const profile = this.all.find((candidate) => candidate.id === id);
    if (!profile) throw new FailureError('profileUnknown', { profileId: id });
    return profile;
  }

  /** Adds it, or takes the place of the one with its id. @throws FailureError tooManyProfiles, fileNewer */
  save(profile: Profile): void {
    const at = this.all.findIndex(({ id }) => id === profile.id);
    if (at < 0 && this.all.length >= profileBounds.profilesMax) {
      throw new FailureError('tooManyProfiles', { limit: profileBounds.profilesMax });
    }
    this.#write(at < 0 ? [...this.all, profile] : this.all.with(at, profile));
  }

  remove(id: string): void {
    this.#write(this.all.filter((profile) => profile.id !== id));
  }

  #write(profiles: Profile[]): void {
    if (!this.#file.write(profiles)) throw new FailureError('fileNewer');
  }
}
