// Profiles: the real servers that a person keeps, how each is reached and logged in to. No secret is in a profile.
import * as z from 'zod';
import { actBounds } from './acts.ts';
import { environments, profileColours } from './labels.ts';

/** Named bounds of what a profile may hold. */
export const profileBounds = {
  profilesMax: 500,
  tagsMax: 12,
  labelMaxLength: 40,
  hostMaxLength: 255,
  secretMaxLength: 512,
  /** A certificate chain or a key, PEM. */
  pemMaxLength: 65_536,
  addressMapMax: 200,
  passphraseMinLength: 8,
  importMaxLength: 900_000,
  pastedLinesMax: 200,
} as const;

/** What is kept apart, in the keychain or the encrypted file, or asked for. */
export const secretNames = [
  'password',
  'tlsKey',
  'tlsKeyPassphrase',
  'sshPassword',
  'sshKey',
  'sshKeyPassphrase',
] as const;
export type SecretName = (typeof secretNames)[number];

const label = z.string().trim().min(1).max(profileBounds.labelMaxLength);
const host = z.string().trim().min(1).max(profileBounds.hostMaxLength);
const port = z.int().min(1).max(65_535);
const pem = z.string().max(profileBounds.pemMaxLength);
/** Port 0 stands for every port of the host. */
const mappedAddress = z.object({ host, port: z.int().min(0).max(65_535) });

export const profileSchema = z.object({
  id: z.string().min(1).max(64),
  name: z.string().trim().min(1).max(actBounds.nodeNameMaxLength),
  environment: z.enum(environments),
  colour: z.enum(profileColours).nullable(),
  tags: z.array(label).max(profileBounds.tagsMax),
  group: label.nullable(),
  host,
  port,
  /** Where host and port are a Sentinel's: the name of the master that is wanted. */
  sentinelMaster: host.nullable(),
  username: z.string().max(profileBounds.secretMaxLength).nullable(),
  /** `saved`: with the other secrets; `ask`: at each connect, never kept. */
  login: z.enum(['none', 'saved', 'ask']),
  tls: z
    .object({
      /** SNI, and the name that the certificate must carry; null: the host. */
      serverName: host.nullable(),
      /** The authority to trust instead of the system's. */
      authority: pem.nullable(),
      /** The client's own certificate; its key is a secret. */
      certificate: pem.nullable(),
    })
    .nullable(),
  ssh: z
    .object({
      host,
      port,
      username: z.string().min(1).max(profileBounds.secretMaxLength),
      login: z.enum(['password', 'key', 'agent']),
      /** `SHA256:…` of the key that was trusted; null until a person trusts one. */
      hostKey: z.string().max(80).nullable(),
    })
    .nullable(),
  /** Where the servers' own addresses are reached from here: for NAT and containers. */
  addressMap: z
    .array(z.object({ announced: mappedAddress, reachable: mappedAddress }))
    .max(profileBounds.addressMapMax),
  /** Whether nodes found from this one are reached and logged in to in the same way. */
  servesFound: z.boolean(),
  /** Whether Syncline connects to it when it starts. */
  opensAtStart: z.boolean(),
});

export type Profile = z.infer<typeof profileSchema>;

/** What a profile says where nobody said anything. */
export const blankProfile: Omit<Profile, 'id' | 'name' | 'host' | 'port'> = {
  environment: 'dev',
  colour: null,
  tags: [],
  group: null,
  sentinelMaster: null,
  username: null,
  login: 'none',
  tls: null,
  ssh: null,
  addressMap: [],
  servesFound: true,
  opensAtStart: false,
};

/** Secrets as typed: absent leaves what is kept, null removes it. */
export const secretsSchema = z.partialRecord(
  z.enum(secretNames),
  z.string().max(profileBounds.pemMaxLength).nullable(),
);
export type Secrets = z.infer<typeof secretsSchema>;

/**
 * Where secrets are kept. `keychain`: the system's own; `file`: encrypted by a passphrase (`new`: none chosen yet).
 * Without either nothing is kept, and every login is asked for.
 */
export type SecretsView =
  | { readonly kind: 'keychain' }
  | { readonly kind: 'file'; readonly state: 'new' | 'locked' | 'open' };

/** A profile as the screen lists it. */
export interface ProfileView {
  readonly profile: Profile;
  /** Names of the secrets that are kept for it; never the secrets. Empty while they are locked. */
  readonly kept: readonly SecretName[];
  readonly nodeId: string | null;
}

export interface ProfilesView {
  readonly profiles: readonly ProfileView[];
  readonly secrets: SecretsView;
  /** What became of a profiles file that could not be read; null where all is well. */
  readonly problem: ProfilesProblem | null;
}

export type ProfilesProblem =
  /** It was put aside under this name, and a new one begins. */
  | { readonly kind: 'damaged'; readonly keptAs: string }
  /** A newer Syncline wrote it: it is not touched, and nothing is saved. */
  | { readonly kind: 'newer'; readonly version: number };

/** What another console keeps as the path of a file, and a browser cannot read by its path. */
export const profileFiles = ['authority', 'certificate', 'tlsKey', 'sshKey'] as const;
export type ProfileFile = (typeof profileFiles)[number];

export interface MissingFile {
  readonly file: ProfileFile;
  /** As the import says it; it may lie on another machine. */
  readonly path: string;
}

/** What an import found: nothing is saved until a person says so. */
export interface ImportPreview {
  readonly source: 'syncline' | 'redisinsight' | 'anotherRedisDesktopManager' | 'lines';
  readonly drafts: readonly ImportDraft[];
  /** Entries or lines that were not understood, by what can be told of them. */
  readonly skipped: readonly { readonly entry: string; readonly reason: string }[];
}

export interface ImportDraft {
  readonly profile: Profile;
  readonly secrets: readonly SecretName[];
  /** To be chosen anew, since only their paths came along. */
  readonly missing: readonly MissingFile[];
}
