// A profile that was read from elsewhere and is not saved yet, with the secrets that came with it.
import { randomUUID } from 'node:crypto';
import { actBounds } from '../contract/acts.ts';
import {
  blankProfile,
  type ImportPreview,
  type MissingFile,
  type Profile,
  profileBounds,
  profileSchema,
} from '../contract/profiles.ts';
import type { KeptSecrets } from './secret-store.ts';

export interface Draft {
  readonly profile: Profile;
  readonly secrets: KeptSecrets;
  readonly missing: readonly MissingFile[];
}

export type Skipped = ImportPreview['skipped'][number];

export interface Found {
  readonly source: ImportPreview['source'];
  readonly drafts: readonly Draft[];
  readonly skipped: readonly Skipped[];
}

export function newProfileId(): string {
  return `profile-${randomUUID().slice(0, 8)}`;
}

/** Fills in what the source does not say; null where what it says makes no profile. */
export function draftProfile(
  parts: Partial<Omit<Profile, 'name'>> & {
    readonly host: string;
    readonly port: number;
    readonly name: string | null;
  },
): Profile | null {
  const profile = {
    ...blankProfile,
    id: newProfileId(),
    ...parts,
    name: (parts.name?.trim() || `${parts.host}:${parts.port}`).slice(0, actBounds.nodeNameMaxLength),
  };
  const { success, data } = profileSchema.safeParse(profile);
  return success ? data : null;
}

export function toTags(names: readonly string[]): string[] {
  const labels = names.map((name) => name.trim().slice(0, profileBounds.labelMaxLength));
  return [...new Set(labels.filter((label) => label !== ''))].slice(0, profileBounds.tagsMax);
}
