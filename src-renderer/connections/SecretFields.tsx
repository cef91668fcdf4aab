// Fields for keys, certificates and passwords: typed, pasted, or read from a file; what is kept already is not shown.
import { FileButton, PasswordInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { type ProfileFile, profileBounds, type SecretName } from '#core/contract/profiles.ts';
import { say } from '../i18n/i18n.ts';
import { useConnections } from './connections-store.ts';
import { canKeepSecrets, type FieldsProps } from './profile-form.ts';

interface PemInputProps {
  readonly file: ProfileFile;
  readonly form: FieldsProps['form'];
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

export function PemInput({ file, form, label, placeholder, value, onChange }: PemInputProps) {
  const [error, setError] = useState<string | null>(null);
  const missing = useConnections(({ missing }) => missing[form.profile.id]?.find((one) => one.file === file));
  const read = async (chosen: File | null) => {
    if (chosen === null) return;
    const text = chosen.size > profileBounds.pemMaxLength ? '' : await chosen.text();
    if (!text.includes('-----BEGIN ')) return setError(say('connections.form.noPem', { name: chosen.name }));
    setError(null);
    onChange(text);
  };
  return (
    <div className="pem">
      <Textarea
        label={label}
        placeholder={placeholder}
        classNames={{ input: 'mono' }}
        rows={3}
        maxLength={profileBounds.pemMaxLength}
        spellCheck={false}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-testid={`profile-${file}`}
      />
      <FileButton onChange={(chosen) => void read(chosen)}>
        {({ onClick }) => (
          <button
            type="button"
            className="plain section-tool pem-file"
            aria-label={say('connections.form.fromFileNamed', { what: label })}
            onClick={onClick}
            data-testid={`profile-${file}-file`}
          >
            {say('connections.form.fromFile')}
          </button>
        )}
      </FileButton>
      {missing !== undefined && value === '' && (
        <div className="tone-warning pem-missing" data-testid={`profile-${file}-missing`}>
          {say('connections.form.chooseAnew', { path: missing.path })}
        </div>
      )}
    </div>
  );
}

interface SecretFieldProps extends FieldsProps {
  readonly name: SecretName;
  readonly label: string;
}

export function SecretPem({ form, change, name, label }: SecretFieldProps & { readonly name: 'tlsKey' | 'sshKey' }) {
  const canKeep = useConnections(({ view }) => canKeepSecrets(view?.secrets));
  const hint = form.kept.includes(name) ? 'keptAlready' : canKeep ? null : 'heldOnly';
  return (
    <PemInput
      file={name}
      form={form}
      label={label}
      placeholder={hint === null ? '' : say(`connections.form.${hint}`)}
      value={form.secrets[name]}
      onChange={(text) => change({ secrets: { ...form.secrets, [name]: text } })}
    />
  );
}

export function SecretInput({ form, change, name, label }: SecretFieldProps) {
  const isKept = form.kept.includes(name);
  return (
    <PasswordInput
      label={label}
      placeholder={isKept ? say('connections.form.keptAlready') : ''}
      autoComplete="off"
      maxLength={profileBounds.secretMaxLength}
      value={form.secrets[name]}
      onChange={(event) => change({ secrets: { ...form.secrets, [name]: event.currentTarget.value } })}
      data-testid={`profile-${name}`}
    />
  );
}
