// The dialog of a link's faults: which one, its figures, and what setting it does to the replica.
import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Failure } from '#core/contract/failures.ts';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { clearFault, setFault } from '../actions/fault-calls.ts';
import { useIsHostThere } from '../bridge/host-store.ts';
import { faultText } from '../i18n/fault-words.ts';
import { formatAddress } from '../i18n/format.ts';
import { say } from '../i18n/i18n.ts';
import { useNode } from '../store/fleet-store.ts';
import { FramedDialog } from './DialogFrames.tsx';
import { closeDialog, useDialog } from './dialog-store.ts';
import { FailureBox } from './FailureBox.tsx';
import { FaultFields } from './FaultFields.tsx';
import { type FaultForm, formOf, toFault } from './fault-form.ts';

const seedBelow = 1_000_000;

export function FaultsDialog() {
  const open = useDialog((dialog) => dialog.open);
  return (
    <FramedDialog isOpen={open.kind === 'faults'} onClose={closeDialog} size={620} label={say('faults.open')}>
      {open.kind === 'faults' && <FaultsOf nodeId={open.nodeId} />}
    </FramedDialog>
  );
}

function FaultsOf({ nodeId }: { readonly nodeId: NodeId }) {
  const node = useNode(nodeId);
  const master = useNode(node?.link?.masterId ?? null);
  if (node === undefined || node.link === null) return null;
  return <FaultsBody node={node} masterName={master?.name ?? formatAddress(node.link.masterAddress)} />;
}

/** Where a call stands. */
type Try =
  | { readonly kind: 'idle' }
  | { readonly kind: 'setting' | 'clearing' }
  | { readonly kind: 'failed'; readonly failure: Failure };

function FaultsBody({ node, masterName }: { readonly node: NodeView; readonly masterName: string }) {
  const relay = node.link?.relay ?? null;
  const [form, setForm] = useState<FaultForm>(() => formOf(relay?.fault ?? null));
  const [seed] = useState(() => Math.floor(Math.random() * seedBelow));
  const [attempt, setAttempt] = useState<Try>({ kind: 'idle' });
  const isHostThere = useIsHostThere();
  const isBusy = attempt.kind === 'setting' || attempt.kind === 'clearing';
  const fault = toFault(form, seed);
  const names = { replica: node.name, master: masterName };

  const run = async (kind: 'setting' | 'clearing', call: () => Promise<Failure | null>) => {
    if (isBusy) return;
    setAttempt({ kind });
    const failure = await call();
    if (failure === null) closeDialog();
    else setAttempt({ kind: 'failed', failure });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fault !== null) void run('setting', () => setFault(node.id, fault));
  };

  return (
    <form onSubmit={submit} data-testid="faults-dialog">
      <header className="dialog-head">
        <h2>{say('faults.title', names)}</h2>
        <span className="faint">{say('faults.intro')}</span>
      </header>
      <div className="dialog-body">
        <FaultFields form={form} change={(part) => setForm((held) => ({ ...held, ...part }))} />
        <p className="plan-undo">
          {relay === null
            ? say('faults.willLay', { ...names, address: addressOf(node) })
            : say('faults.isLaid', { address: formatAddress(relay.address) })}
        </p>
        {attempt.kind === 'failed' && <FailureBox failure={attempt.failure} testId="faults-failure" />}
      </div>
      <footer className="dialog-foot">
        {relay !== null && (
          <Button
            variant="default"
            loading={attempt.kind === 'clearing'}
            disabled={!isHostThere || isBusy}
            title={say('faults.clearHint', names)}
            onClick={() => void run('clearing', () => clearFault(node.id))}
            data-testid="faults-clear"
          >
            {say('faults.clear')} {faultText(relay)}
          </Button>
        )}
        <span className="grow faint">{fault === null ? say('faults.needFigures') : ''}</span>
        <Button variant="default" onClick={closeDialog} data-testid="faults-cancel">
          {say('faults.cancel')}
        </Button>
        <Button
          type="submit"
          loading={attempt.kind === 'setting'}
          disabled={fault === null || !isHostThere || isBusy}
          data-testid="faults-set"
        >
          {say('faults.set')}
        </Button>
      </footer>
    </form>
  );
}

function addressOf(node: NodeView): string {
  return node.link === null ? '' : formatAddress(node.link.masterAddress);
}
