// The fields of a kept connection, a component for each room of the form.
import { NumberInput, SegmentedControl, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { profileColours } from '#core/contract/labels.ts';
import { type Profile, profileBounds } from '#core/contract/profiles.ts';
import { EnvironmentChoice } from '../dialogs/EnvironmentChoice.tsx';
import { say } from '../i18n/i18n.ts';
import type { FieldsProps, ProfileForm } from './profile-form.ts';
import { PemInput, SecretInput, SecretPem } from './SecretFields.tsx';

/** Empty is null: nothing was said. */
const orNull = (text: string) => (text === '' ? null : text);

export function PlaceFields({ form, change }: FieldsProps) {
  const { profile } = form;
  const set = (part: Partial<Profile>) => change({ profile: { ...profile, ...part } });
  return (
    <div className="profile-fields">
      <TextInput
        label={say('connections.form.name')}
        autoComplete="off"
        data-autofocus
        value={profile.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        data-testid="profile-name"
      />
      <div className="place">
        <TextInput
          label={say('connections.form.host')}
          classNames={{ input: 'mono' }}
          spellCheck={false}
          autoComplete="off"
          value={profile.host}
          onChange={(event) => set({ host: event.currentTarget.value })}
          data-testid="profile-host"
        />
        <PortInput
          label={say('connections.form.port')}
          value={profile.port}
          onChange={(port) => set({ port })}
          testId="profile-port"
        />
      </div>
      <TextInput
        label={say('connections.form.sentinelMaster')}
        description={say('connections.form.sentinelMasterHint')}
        spellCheck={false}
        autoComplete="off"
        value={profile.sentinelMaster ?? ''}
        onChange={(event) => set({ sentinelMaster: orNull(event.currentTarget.value) })}
      />
      <TextInput
        label={say('connections.form.group')}
        autoComplete="off"
        maxLength={profileBounds.labelMaxLength}
        value={profile.group ?? ''}
        onChange={(event) => set({ group: orNull(event.currentTarget.value) })}
      />
      <EnvironmentChoice
        label={say('connections.form.environment')}
        environment={profile.environment}
        choose={(environment) => set({ environment })}
        testId="profile-environment"
      />
      <Select
        label={say('connections.form.colour')}
        data={['none' as const, ...profileColours].map((value) => ({
          value,
          label: say(`connections.form.colours.${value}`),
        }))}
        allowDeselect={false}
        value={profile.colour ?? 'none'}
        onChange={(colour) => set({ colour: colour === 'none' ? null : (colour as Profile['colour']) })}
      />
      <TagsInput
        className="wide"
        label={say('connections.form.tags')}
        description={say('connections.form.tagsHint')}
        maxTags={profileBounds.tagsMax}
        value={profile.tags}
        onChange={(tags) => set({ tags })}
      />
      <Switch
        className="wide"
        label={say('connections.form.atStart')}
        checked={profile.opensAtStart}
        onChange={(event) => set({ opensAtStart: event.currentTarget.checked })}
      />
      <Switch
        className="wide"
        label={say('connections.form.found')}
        checked={profile.servesFound}
        onChange={(event) => set({ servesFound: event.currentTarget.checked })}
      />
    </div>
  );
}

export function LoginFields({ form, change }: FieldsProps) {
  const { profile } = form;
  const set = (part: Partial<Profile>) => change({ profile: { ...profile, ...part } });
  const kinds = ['none', 'ask', 'saved'] as const;
  return (
    <div className="profile-fields">
      <div className="wide">
        <SegmentedControl
          size="xs"
          aria-label={say('connections.form.login')}
          data={kinds.map((value) => ({ value, label: say(`connections.form.loginKind.${value}`) }))}
          value={profile.login}
          onChange={(login) => set({ login: login as Profile['login'] })}
          data-testid="profile-login"
        />
      </div>
      <TextInput
        label={say('connections.form.username')}
        placeholder={say('connections.form.usernameHint')}
        spellCheck={false}
        autoComplete="off"
        value={profile.username ?? ''}
        onChange={(event) => set({ username: orNull(event.currentTarget.value) })}
      />
      {profile.login !== 'none' && (
        <SecretInput form={form} change={change} name="password" label={say('connections.form.password')} />
      )}
    </div>
  );
}

export function TlsFields({ form, change }: FieldsProps) {
  const { tls, hasTls } = form;
  const set = (part: Partial<ProfileForm['tls']>) => change({ tls: { ...tls, ...part } });
  return (
    <div className="profile-fields">
      <Switch
        className="wide"
        label={say('connections.form.useTls')}
        checked={hasTls}
        onChange={(event) => change({ hasTls: event.currentTarget.checked })}
        data-testid="profile-tls"
      />
      {hasTls && (
        <>
          <TextInput
            className="wide"
            label={say('connections.form.serverName')}
            placeholder={say('connections.form.serverNameHint')}
            spellCheck={false}
            autoComplete="off"
            value={tls.serverName ?? ''}
            onChange={(event) => set({ serverName: orNull(event.currentTarget.value) })}
            data-testid="profile-server-name"
          />
          <PemInput
            file="authority"
            form={form}
            label={say('connections.form.authority')}
            placeholder={say('connections.form.authorityHint')}
            value={tls.authority ?? ''}
            onChange={(text) => set({ authority: orNull(text) })}
          />
          <PemInput
            file="certificate"
            form={form}
            label={say('connections.form.certificate')}
            placeholder={say('connections.form.certificateHint')}
            value={tls.certificate ?? ''}
            onChange={(text) => set({ certificate: orNull(text) })}
          />
          <SecretPem form={form} change={change} name="tlsKey" label={say('connections.form.key')} />
          <SecretInput
            form={form}
            change={change}
            name="tlsKeyPassphrase"
            label={say('connections.form.keyPassphrase')}
          />
        </>
      )}
    </div>
  );
}

export function SshFields({ form, change }: FieldsProps) {
  const { ssh, hasSsh } = form;
  const set = (part: Partial<ProfileForm['ssh']>) => change({ ssh: { ...ssh, ...part } });
  const kinds = ['agent', 'key', 'password'] as const;
  return (
    <div className="profile-fields">
      <Switch
        className="wide"
        label={say('connections.form.useSsh')}
        checked={hasSsh}
        onChange={(event) => change({ hasSsh: event.currentTarget.checked })}
        data-testid="profile-ssh"
      />
      {hasSsh && (
        <>
          <div className="place">
            <TextInput
              label={say('connections.form.sshHost')}
              classNames={{ input: 'mono' }}
              spellCheck={false}
              value={ssh.host}
              onChange={(event) => set({ host: event.currentTarget.value })}
              data-testid="profile-ssh-host"
            />
            <PortInput
              label={say('connections.form.sshPort')}
              value={ssh.port}
              onChange={(port) => set({ port })}
              testId="profile-ssh-port"
            />
          </div>
          <TextInput
            label={say('connections.form.sshUser')}
            spellCheck={false}
            value={ssh.username}
            onChange={(event) => set({ username: event.currentTarget.value })}
            data-testid="profile-ssh-user"
          />
          <div className="wide">
            <SegmentedControl
              size="xs"
              aria-label={say('connections.form.ssh')}
              data={kinds.map((value) => ({ value, label: say(`connections.form.sshLogin.${value}`) }))}
              value={ssh.login}
              onChange={(login) => set({ login: login as ProfileForm['ssh']['login'] })}
              data-testid="profile-ssh-login"
            />
          </div>
          {ssh.login === 'key' && (
            <>
              <SecretPem form={form} change={change} name="sshKey" label={say('connections.form.sshKey')} />
              <SecretInput
                form={form}
                change={change}
                name="sshKeyPassphrase"
                label={say('connections.form.sshKeyPassphrase')}
              />
            </>
          )}
          {ssh.login === 'password' && (
            <SecretInput form={form} change={change} name="sshPassword" label={say('connections.form.sshPassword')} />
          )}
          <TextInput
            className="wide"
            label={say('connections.form.hostKey')}
            description={say('connections.form.hostKeyHint')}
            classNames={{ input: 'mono' }}
            spellCheck={false}
            value={ssh.hostKey ?? ''}
            onChange={(event) => set({ hostKey: orNull(event.currentTarget.value.trim()) })}
            data-testid="profile-host-key"
          />
        </>
      )}
    </div>
  );
}

export function NatFields({ form, change }: FieldsProps) {
  return (
    <Textarea
      label={say('connections.form.natLabel')}
      description={say('connections.form.natHint')}
      classNames={{ input: 'mono' }}
      rows={4}
      spellCheck={false}
      value={form.addressMapText}
      onChange={(event) => change({ addressMapText: event.currentTarget.value })}
      data-testid="profile-nat"
    />
  );
}

interface PortInputProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (port: number) => void;
  readonly testId: string;
}

function PortInput({ label, value, onChange, testId }: PortInputProps) {
  return (
    <NumberInput
      label={label}
      classNames={{ input: 'mono' }}
      min={1}
      max={65_535}
      allowDecimal={false}
      hideControls
      value={value}
      onChange={(port) => onChange(Number(port))}
      data-testid={testId}
    />
  );
}
