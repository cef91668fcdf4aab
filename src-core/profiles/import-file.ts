// Reads a file of connections: our own export, RedisInsight's JSON, and AnotherRedisDesktopManager's .ano file.
import * as z from 'zod';
import { FailureError } from '../contract/failure-error.ts';
import { type MissingFile, type Profile, type ProfileFile, profileSchema } from '../contract/profiles.ts';
import { type Draft, draftProfile, type Found, newProfileId, type Skipped, toTags } from './draft.ts';
import type { KeptSecrets } from './secret-store.ts';

export const exportKind = 'syncline-profiles';
export const exportVersion = 1;

const text = z.string().nullish();
const textOrNumber = z.union([z.string(), z.number()]).nullish();

/** As `Export` of RedisInsight writes it, with or without passwords. Fields that we do not use are let pass. */
const redisInsightSchema = z.object({
  host: z.string(),
  port: z.union([z.string(), z.number()]),
  name: text,
  username: text,
  password: text,
  tls: z.boolean().nullish(),
  tlsServername: text,
  caCert: z.object({ certificate: text }).nullish(),
  sentinelMaster: z.object({ name: text }).nullish(),
  clientCert: z.object({ certificate: text, key: text }).nullish(),
  ssh: z.boolean().nullish(),
  sshOptions: z
    .object({
      host: z.string(),
      port: textOrNumber,
      username: text,
      password: text,
      privateKey: text,
      passphrase: text,
    })
    .nullish(),
  tags: z.array(z.object({ key: z.string(), value: text })).nullish(),
});

/** As `Export` of AnotherRedisDesktopManager writes it, in base64. Its keys and certificates are paths of files. */
const anotherSchema = z.object({
  host: z.string(),
  port: z.union([z.string(), z.number()]),
  name: text,
  auth: text,
  username: text,
  sentinelOptions: z.object({ masterName: text }).nullish(),
  sslOptions: z.object({ servername: text, ca: text, cert: text, key: text }).nullish(),
  sshOptions: z
    .object({
      host: z.string(),
      port: textOrNumber,
      username: text,
      password: text,
      passphrase: text,
      privatekey: text,
    })
    .nullish(),
});

/** @throws FailureError importUnknown, fileNewer */
export function readImport(content: string): Found {
  const json = parseJson(content) ?? parseJson(Buffer.from(content.trim(), 'base64').toString('utf8'));
  if (Array.isArray(json)) {
    const isAnother = json.some((entry) => typeof entry === 'object' && entry !== null && 'separator' in entry);
    return isAnother
      ? readEntries(json, 'anotherRedisDesktopManager', fromAnother)
      : readEntries(json, 'redisinsight', fromRedisInsight);
  }
  const own = z
    .object({ kind: z.literal(exportKind), version: z.int(), profiles: z.array(z.unknown()) })
    .safeParse(json);
  if (!own.success) throw new FailureError('importUnknown');
  if (own.data.version > exportVersion) throw new FailureError('fileNewer');
  return readEntries(own.data.profiles, 'syncline', fromOwn);
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

function readEntries(
  entries: readonly unknown[],
  source: Found['source'],
  read: (entry: unknown) => Draft | null,
): Found {
  const drafts: Draft[] = [];
  const skipped: Skipped[] = [];
  for (const [index, entry] of entries.entries()) {
    const draft = read(entry);
    if (draft) drafts.push(draft);
    else skipped.push({ entry: nameOf(entry) ?? `entry ${index + 1}`, reason: 'it has no usable host and port' });
  }
  return { source, drafts, skipped };
}

function nameOf(entry: unknown): string | null {
  const named = z.object({ name: z.string().min(1) }).safeParse(entry);
  return named.success ? named.data.name : null;
}

/** With an id of its own, so that an import never takes the place of what is here. */
function fromOwn(entry: unknown): Draft | null {
  const { success, data } = profileSchema.safeParse(entry);
  return success ? { profile: { ...data, id: newProfileId() }, secrets: {}, missing: [] } : null;
}

function fromRedisInsight(entry: unknown): Draft | null {
  const { success, data } = redisInsightSchema.safeParse(entry);
  if (!success) return null;
  const { tls, caCert, clientCert, ssh, sshOptions, tags } = data;
  const profile = draftProfile({
    name: data.name ?? null,
    host: data.host,
    port: Number(data.port),
    username: data.username || null,
    sentinelMaster: data.sentinelMaster?.name || null,
    login: data.password ? 'saved' : data.username ? 'ask' : 'none',
    tls: tls
      ? {
          serverName: data.tlsServername || null,
          authority: caCert?.certificate || null,
          certificate: clientCert?.certificate || null,
        }
      : null,
    ssh: ssh ? toSsh(sshOptions, Boolean(sshOptions?.privateKey)) : null,
    tags: toTags((tags ?? []).map(({ key, value }) => (value ? `${key}: ${value}` : key))),
  });
  return toDraft(profile, {
    password: data.password,
    tlsKey: tls ? clientCert?.key : null,
    sshPassword: sshOptions?.password,
    sshKey: sshOptions?.privateKey,
    sshKeyPassphrase: sshOptions?.passphrase,
  });
}

function fromAnother(entry: unknown): Draft | null {
  const { success, data } = anotherSchema.safeParse(entry);
  if (!success) return null;
  const { sslOptions, sshOptions } = data;
  const profile = draftProfile({
    name: data.name ?? null,
    host: data.host,
    port: Number(data.port),
    username: data.username || null,
    sentinelMaster: data.sentinelOptions?.masterName || null,
    login: data.auth ? 'saved' : 'none',
    tls: sslOptions ? { serverName: sslOptions.servername || null, authority: null, certificate: null } : null,
    ssh: toSsh(sshOptions, Boolean(sshOptions?.privatekey)),
  });
  const secrets = {
    password: data.auth,
    sshPassword: sshOptions?.password,
    sshKeyPassphrase: sshOptions?.passphrase,
  };
  const paths = {
    authority: sslOptions?.ca,
    certificate: sslOptions?.cert,
    tlsKey: sslOptions?.key,
    sshKey: sshOptions?.privatekey,
  };
  return toDraft(profile, secrets, toMissing(paths));
}

function toMissing(paths: Readonly<Record<ProfileFile, string | null | undefined>>): MissingFile[] {
  return Object.entries(paths).flatMap(([file, path]) => (path ? [{ file: file as ProfileFile, path }] : []));
}

function toSsh(
  options:
    | { readonly host: string; readonly port?: unknown; readonly username?: string | null | undefined }
    | null
    | undefined,
  hasKey: boolean,
): Profile['ssh'] {
  if (!options?.host) return null;
  const { host, port, username } = options;
  return {
    host,
    port: Number(port) || 22,
    username: username || 'root',
    login: hasKey ? 'key' : 'password',
    hostKey: null,
  };
}

function toDraft(
  profile: Profile | null,
  secrets: Readonly<Partial<Record<keyof KeptSecrets, string | null | undefined>>>,
  missing: readonly MissingFile[] = [],
): Draft | null {
  if (!profile) return null;
  const kept = Object.entries(secrets).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return { profile, secrets: Object.fromEntries(kept), missing };
}
