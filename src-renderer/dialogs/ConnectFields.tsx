// The fields of the connect dialog: an address, or host and port; the login; and how the node is shown here.
import { NumberInput, PasswordInput, Switch, TextInput } from '@mantine/core';
import { say } from '../i18n/i18n.ts';
import type { ConnectForm } from './connect-form.ts';
import { EnvironmentChoice } from './EnvironmentChoice.tsx';

interface ConnectFieldsProps {
  readonly form: ConnectForm;
  readonly change: (part: Partial<ConnectForm>) => void;
}

export function ConnectFields({ form, change }: ConnectFieldsProps) {
  const hasUrl = form.url.trim() !== '';
  return (
    <div className="connect-fields">
      <TextInput
        className="wide"
        label={say('connect.url')}
        description={say('connect.urlHint')}
        placeholder={say('connect.urlPlaceholder')}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
        value={form.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
        data-testid="connect-url"
      />
      <div className="wide connect-or">{say('connect.or')}</div>
      <TextInput
        label={say('connect.host')}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        autoComplete="off"
        disabled={hasUrl}
        value={form.host}
        onChange={(event) => change({ host: event.currentTarget.value })}
        data-testid="connect-host"
      />
      <NumberInput
        label={say('connect.port')}
        classNames={{ input: 'mono' }}
        min={1}
        max={65_535}
        allowDecimal={false}
        hideControls
        disabled={hasUrl}
        value={form.port}
        onChange={(port) => change({ port })}
        data-testid="connect-port"
      />
      <TextInput
        label={say('connect.username')}
        placeholder={say('connect.usernameHint')}
        autoComplete="off"
        spellCheck={false}
        value={form.username}
        onChange={(event) => change({ username: event.currentTarget.value })}
        data-testid="connect-username"
      />
      <PasswordInput
        label={say('connect.password')}
        autoComplete="off"
        value={form.password}
        onChange={(event) => change({ password: event.currentTarget.value })}
        data-testid="connect-password"
      />
      <TextInput
        label={say('connect.name')}
        placeholder={say('connect.nameHint')}
        autoComplete="off"
        value={form.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-testid="connect-name"
      />
      <Switch
        className="connect-tls"
        label={say('connect.tls')}
        disabled={hasUrl}
        checked={form.isTls}
        onChange={(event) => change({ isTls: event.currentTarget.checked })}
        data-testid="connect-tls"
      />
      <Switch
        className="wide"
        label={say('connect.servesFound')}
        description={say('connect.servesFoundHint')}
        checked={form.servesFound}
        onChange={(event) => change({ servesFound: event.currentTarget.checked })}
        data-testid="connect-serves-found"
      />
      <div className="wide">
        <EnvironmentChoice
          label={say('connect.environment')}
          hint={say('connect.environmentHint')}
          environment={form.environment}
          choose={(environment) => change({ environment })}
          testId="connect-environment"
        />
      </div>
    </div>
  );
}
