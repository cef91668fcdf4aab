// What stands below a kept connection while something is asked of it: a password, a master, a removal, or why it failed.
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import type { OfferedMaster } from '#core/contract/surroundings.ts';
import { FailureBox } from '../dialogs/FailureBox.tsx';
import { say } from '../i18n/i18n.ts';

/** What a row is being asked below it. */
export type Asking =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'password'; readonly failure: Failure | null }
  | { readonly kind: 'master'; readonly masters: readonly OfferedMaster[]; readonly password: string | undefined }
  | { readonly kind: 'removal' }
  | { readonly kind: 'failed'; readonly failure: Failure };

interface QuestionProps {
  readonly name: string;
  readonly asking: Asking;
  readonly onOpen: (password?: string, sentinelMaster?: string) => Promise<void>;
  readonly onRemove: () => void;
  readonly onEnd: () => void;
}

export function Question({ name, asking, onOpen, onRemove, onEnd }: QuestionProps) {
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onOpen(password);
  };
  switch (asking.kind) {
    case 'nothing':
      return null;
    case 'failed':
      return <FailureBox failure={asking.failure} testId="connection-failure" />;
    case 'removal':
      return (
        <div className="secrets-bar" role="alertdialog">
          <span className="grow">{say('connections.removeSure', { name })}</span>
          <Button size="compact-sm" variant="default" onClick={onEnd}>
            {say('connections.keep')}
          </Button>
          <Button size="compact-sm" color="red" onClick={onRemove} data-testid="connection-remove-yes">
            {say('connections.removeYes')}
          </Button>
        </div>
      );
    case 'master':
      return (
        <div className="secrets-bar">
          <span className="grow">{say('connections.masterOf')}</span>
          {asking.masters.map((master) => (
            <Button
              key={master.name}
              size="compact-sm"
              variant="default"
              onClick={() => void onOpen(asking.password, master.name)}
            >
              {master.name}
            </Button>
          ))}
        </div>
      );
    case 'password':
      return (
        <>
          <form className="secrets-bar" onSubmit={submit}>
            <span className="grow">{say('connections.passwordFor', { name })}</span>
            <PasswordInput
              size="xs"
              className="secrets-passphrase"
              aria-label={say('connections.passwordFor', { name })}
              autoComplete="off"
              data-autofocus
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              data-testid="connection-password"
            />
            <Button type="submit" size="compact-sm" disabled={password === ''} data-testid="connection-password-go">
              {say('connections.connect')}
            </Button>
          </form>
          {asking.failure && <FailureBox failure={asking.failure} testId="connection-failure" />}
        </>
      );
  }
}
