// The connect dialog: where a real server is and how to log in; a failed try says why and keeps what was typed.
import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ConnectRequest } from '#core/contract/acts.ts';
import type { Failure } from '#core/contract/failures.ts';
import type { Environment } from '#core/contract/labels.ts';
import type { Address } from '#core/contract/places.ts';
import type { OfferedMaster } from '#core/contract/surroundings.ts';
import { worstEnvironment } from '../app/environment.ts';
import { hostClient, useIsHostThere } from '../bridge/host-store.ts';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { useFleet } from '../store/fleet-store.ts';
import { select } from '../store/selection-store.ts';
import { ConnectFields } from './ConnectFields.tsx';
import { type ConnectForm, emptyForm, toDraft, toRequest } from './connect-form.ts';
import { FramedDialog } from './DialogFrames.tsx';
import { closeDialog, openDialog, useDialog } from './dialog-store.ts';
import { FailureBox } from './FailureBox.tsx';

export function ConnectDialog() {
  const open = useDialog((dialog) => dialog.open);
  return (
    <FramedDialog isOpen={open.kind === 'connect'} onClose={closeDialog} size={560} label={say('connect.title')}>
      {open.kind === 'connect' && <ConnectBody address={open.address} />}
    </FramedDialog>
  );
}

/** Where a try stands. */
type Try =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** A Sentinel answered: one of its masters is to be chosen. */
  | { readonly kind: 'offered'; readonly masters: readonly OfferedMaster[] };

function ConnectBody({ address }: { readonly address: Address | null }) {
  const [form, setForm] = useState<ConnectForm>(() => emptyForm(address, environmentOf(address)));
  const [attempt, setAttempt] = useState<Try>({ kind: 'idle' });
  const isHostThere = useIsHostThere();
  const change = (part: Partial<ConnectForm>) => setForm((held) => ({ ...held, ...part }));
  const request = toRequest(form);

  const connect = async (sentinelMaster?: string) => {
    if (request === null || attempt.kind === 'running') return;
    setAttempt({ kind: 'running' });
    const next = await tryConnect({ ...request, ...(sentinelMaster !== undefined && { sentinelMaster }) });
    if (next === null) closeDialog();
    else setAttempt(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void connect();
  };

  return (
    <form onSubmit={submit} data-testid="connect-dialog">
      <header className="dialog-head">
        <h2>{say('connect.title')}</h2>
        <span className="faint">{say('connect.intro')}</span>
      </header>
      <div className="dialog-body">
        <ConnectFields form={form} change={change} />
        {attempt.kind === 'failed' && (
          <FailureBox failure={attempt.failure} testId="connect-failure">
            {say('connect.kept')}
          </FailureBox>
        )}
        {attempt.kind === 'offered' && (
          <SentinelOffer masters={attempt.masters} choose={(name) => void connect(name)} />
        )}
      </div>
      <footer className="dialog-foot">
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => openDialog({ kind: 'connections', draft: null })}
          data-testid="connect-kept"
        >
          {say('connections.open')}
        </Button>
        <Button
          variant="subtle"
          size="compact-sm"
          title={say('connect.moreHint')}
          onClick={() => openDialog({ kind: 'connections', draft: toDraft(form) })}
          data-testid="connect-more"
        >
          {say('connect.more')}
        </Button>
        <span className="grow faint">{request === null ? say('connect.needAddress') : ''}</span>
        <Button variant="default" onClick={closeDialog} data-testid="connect-cancel">
          {say('plan.cancel')}
        </Button>
        <Button
          type="submit"
          loading={attempt.kind === 'running'}
          disabled={request === null || !isHostThere}
          data-testid="connect-submit"
        >
          {say('connect.submit')}
        </Button>
      </footer>
    </form>
  );
}

/** Of a server that nodes here tell of: it is as serious as they are. */
function environmentOf(address: Address | null): Environment | undefined {
  const { nodes, surroundings } = useFleet.getState();
  const ghost = surroundings.ghosts.find(
    (one) => address !== null && formatAddress(one.address) === formatAddress(address),
  );
  if (ghost === undefined) return undefined;
  const tellers = Object.values(nodes).filter(({ id, name }) => id === ghost.masterId || ghost.saidBy.includes(name));
  return tellers.length === 0 ? undefined : worstEnvironment(tellers);
}

/** Null when it is connected; the new node is then selected. */
async function tryConnect(request: ConnectRequest): Promise<Try | null> {
  const lost = (reason: string): Try => ({
    kind: 'failed',
    failure: { code: 'internal', params: { reason }, retryable: true },
  });
  try {
    const outcome = await hostClient()?.connections.connect(request);
    if (outcome === undefined) return lost(say('act.why.hostGone'));
    if (!outcome.ok) return { kind: 'failed', failure: outcome.failure };
    if (outcome.value.kind === 'sentinel') return { kind: 'offered', masters: outcome.value.masters };
    select(outcome.value.nodeId);
    return null;
  } catch (error) {
    return lost(error instanceof Error ? error.message : String(error));
  }
}

interface OfferProps {
  readonly masters: readonly OfferedMaster[];
  readonly choose: (name: string) => void;
}

function SentinelOffer({ masters, choose }: OfferProps) {
  return (
    <div className="connect-offer" role="status" data-testid="connect-offer">
      <b>{say('connect.sentinel')}</b>
      {masters.length === 0 && <span className="faint">{say('connect.sentinelEmpty')}</span>}
      {masters.map(({ name, address, isDown }) => (
        <Button
          key={name}
          size="compact-sm"
          variant="default"
          onClick={() => choose(name)}
          data-testid={`offer-${name}`}
        >
          {name}
          <span className={`mono connect-offer-address ${isDown ? 'tone-down' : 'faint'}`}>
            {formatAddress(address)}
          </span>
        </Button>
      ))}
    </div>
  );
}
