// The form of a connection as data: what is shown of a profile, and what of it is sent back. Pure.
import {
  blankProfile,
  type Profile,
  type ProfileView,
  profileSchema,
  type SecretName,
  type Secrets,
  type SecretsView,
} from '#core/contract/profiles.ts';

export interface ProfileForm {
  readonly profile: Profile;
  /** As typed; the switch beside it decides whether it counts. */
  readonly tls: NonNullable<Profile['tls']>;
  readonly hasTls: boolean;
  readonly ssh: NonNullable<Profile['ssh']>;
  readonly hasSsh: boolean;
  readonly addressMapText: string;
  readonly secrets: Readonly<Record<SecretName, string>>;
  readonly kept: readonly SecretName[];
}

/** What a room of the form is given. */
export interface FieldsProps {
  readonly form: ProfileForm;
  readonly change: (part: Partial<ProfileForm>) => void;
}

const noTls: ProfileForm['tls'] = { serverName: null, authority: null, certificate: null };
const noSsh: ProfileForm['ssh'] = { host: '', port: 22, username: '', login: 'agent', hostKey: null };
const noSecrets: ProfileForm['secrets'] = {
  password: '',
  tlsKey: '',
  tlsKeyPassphrase: '',
  sshPassword: '',
  sshKey: '',
  sshKeyPassphrase: '',
};

/** Whether a secret that is typed now lasts longer than Syncline runs. */
export function canKeepSecrets(secrets: SecretsView | undefined): boolean {
  return secrets !== undefined && (secrets.kind === 'keychain' || secrets.state === 'open');
}

export function emptyProfile(): Profile {
  const id = `profile-${crypto.randomUUID().slice(0, 8)}`;
  return { ...blankProfile, id, name: '', host: '', port: 6379, opensAtStart: true };
}

/** What the form begins with; `typed` is what a person typed of its secrets before. */
export interface FormBeginning extends Pick<ProfileView, 'profile' | 'kept'> {
  readonly typed?: Partial<Record<SecretName, string>>;
}

export function toForm({ profile, kept, typed = {} }: FormBeginning): ProfileForm {
  return {
    profile,
    tls: profile.tls ?? noTls,
    hasTls: profile.tls !== null,
    ssh: profile.ssh ?? noSsh,
    hasSsh: profile.ssh !== null,
    addressMapText: profile.addressMap
      .map(({ announced, reachable }) => `${addressText(announced)} = ${addressText(reachable)}`)
      .join('\n'),
    secrets: { ...noSecrets, ...typed },
    kept,
  };
}

export type NeededField = 'host' | 'port' | 'sshHost' | 'sshPort' | 'sshUser';

/** What is wrong with the form, or what is sent. Nothing named where a field holds more than fits. */
export type FormReading =
  | { readonly ok: true; readonly profile: Profile; readonly secrets: Secrets }
  | { readonly ok: false; readonly problem: 'incomplete'; readonly missing: readonly NeededField[] }
  | { readonly ok: false; readonly problem: 'natWrong'; readonly line: number };

export function readForm(form: ProfileForm): FormReading {
  const addressMap: Profile['addressMap'] = [];
  for (const [index, line] of form.addressMapText.split('\n').entries()) {
    if (line.trim() === '') continue;
    const mapping = readMapping(line);
    if (mapping === null) return { ok: false, problem: 'natWrong', line: index + 1 };
    addressMap.push(mapping);
  }
  const { profile, hasTls, tls, hasSsh, ssh } = form;
  const read = profileSchema.safeParse({
    ...profile,
    name: profile.name.trim() || `${profile.host.trim()}:${profile.port}`,
    tls: hasTls ? tls : null,
    ssh: hasSsh ? ssh : null,
    addressMap,
  });
  if (!read.success) return { ok: false, problem: 'incomplete', missing: missingOf(form) };
  const typed = Object.entries(form.secrets).filter(([, value]) => value !== '');
  return { ok: true, profile: read.data, secrets: Object.fromEntries(typed) };
}

function missingOf({ profile, hasSsh, ssh }: ProfileForm): NeededField[] {
  const needed: readonly (readonly [NeededField, boolean])[] = [
    ['host', profile.host.trim() !== ''],
    ['port', isPort(profile.port)],
    ['sshHost', !hasSsh || ssh.host.trim() !== ''],
    ['sshPort', !hasSsh || isPort(ssh.port)],
    ['sshUser', !hasSsh || ssh.username !== ''],
  ];
  return needed.filter(([, isThere]) => !isThere).map(([field]) => field);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function readMapping(line: string): Profile['addressMap'][number] | null {
  const [announced, reachable, ...more] = line.split('=').map((part) => readAddress(part.trim()));
  return announced && reachable && more.length === 0 ? { announced, reachable } : null;
}

/** `host:port`, `[::1]:port`. */
function readAddress(text: string): { host: string; port: number } | null {
  const found = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  return host !== undefined && port <= 65_535 ? { host, port } : null;
}

function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
