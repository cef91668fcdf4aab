// Where saved passwords lie, and the passphrase that opens them.
import { Button, PasswordInput } from '@mantine/core';
import { IconKey, IconLock, IconLockOpen } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import type { SecretsView } from '#core/contract/profiles.ts';
import { hostClient } from '../bridge/host-store.ts';
import { FailureBox } from '../dialogs/FailureBox.tsx';
import { say } from '../i18n/i18n.ts';
import { callHost, loadConnections } from './connections-store.ts';

export function SecretsBar({ secrets }: { readonly secrets: SecretsView }) {
  if (secrets.kind === 'keychain') {
    return (
      <div className="secrets-bar" data-testid="secrets" data-state="keychain">
        <IconKey size={16} />
        <span>{say('connections.secrets.keychain')}</span>
      </div>
    );
  }
  if (secrets.state === 'open') return <OpenSecrets />;
  return <Passphrase state={secrets.state} />;
}

function OpenSecrets() {
  const lock = async () => {
    await hostClient()?.profiles.lock();
    await loadConnections();
  };
  return (
    <div className="secrets-bar" data-testid="secrets" data-state="open">
      <IconLockOpen size={16} />
      <span className="grow">{say('connections.secrets.open')}</span>
      <Button size="compact-sm" variant="default" onClick={() => void lock()} data-testid="secrets-lock">
        {say('connections.secrets.lock')}
      </Button>
    </div>
  );
}

function Passphrase({ state }: { readonly state: 'new' | 'locked' }) {
  const [passphrase, setPassphrase] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const outcome = await callHost((client) => client.profiles.unlock({ passphrase }));
    setFailure(outcome.ok ? null : outcome.failure);
  };
  return (
    <>
      <form className="secrets-bar" onSubmit={(event) => void submit(event)} data-testid="secrets" data-state={state}>
        <IconLock size={16} />
        <span className="grow">{say(`connections.secrets.${state}`)}</span>
        <PasswordInput
          size="xs"
          className="secrets-passphrase"
          aria-label={say('connections.secrets.passphrase')}
          placeholder={say('connections.secrets.passphrase')}
          autoComplete="off"
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
          data-testid="secrets-passphrase"
        />
        <Button
          type="submit"
          size="compact-sm"
          variant="default"
          disabled={passphrase === ''}
          data-testid="secrets-unlock"
        >
          {say(state === 'new' ? 'connections.secrets.choose' : 'connections.secrets.unlock')}
        </Button>
      </form>
      {failure && <FailureBox failure={failure} />}
    </>
  );
}
