import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { RelayView } from '#core/contract/faults.ts';
import { closeDialog, openDialog, useDialog } from '../../../../src-renderer/dialogs/dialog-store.ts';
import { FaultsDialog } from '../../../../src-renderer/dialogs/FaultsDialog.tsx';
import { useFleet } from '../../../../src-renderer/store/fleet-store.ts';
import { byId, master, replica } from '../support/views.ts';
import { draw, withHost } from '../support/window.tsx';

const relay: RelayView = {
  address: { host: '127.0.0.1', port: 9000 },
  fault: { kind: 'throttle', bytesPerSecond: 500 },
  phase: 'acting',
  untilMs: null,
  cuts: 0,
};

/** Opens the dialog on bravo's link, and collects the calls that reach the host. */
async function open(isRelayed: boolean, answer: object = { ok: true, value: null }): Promise<object[]> {
  const calls: object[] = [];
  const call = (name: string) => async (input: object) => {
    calls.push({ call: name, ...input });
    return answer;
  };
  withHost({ links: { fault: call('fault'), clear: call('clear') } });
  const nodes = byId(master('alpha'), replica('bravo', 'alpha', { relay: isRelayed ? relay : null }));
  useFleet.setState({ nodes, order: ['alpha', 'bravo'] });
  await draw(<FaultsDialog />);
  openDialog({ kind: 'faults', nodeId: 'bravo' });
  await waitFor(() => screen.getByTestId('faults-dialog'));
  return calls;
}

const button = (id: string) => screen.getByTestId<HTMLButtonElement>(id);

afterEach(() => {
  closeDialog();
  cleanup();
});

test('the dialog says what it will do to the replica, and sets what was typed', async () => {
  const calls = await open(false);
  expect(screen.getByTestId('faults-dialog').textContent).toContain('REPLICAOF 127.0.0.1');
  expect(screen.queryByTestId('faults-clear')).toBeNull();
  fireEvent.click(screen.getByTestId('fault-kind-delay'));
  fireEvent.change(screen.getByTestId('fault-toReplicaMs'), { target: { value: '30' } });
  fireEvent.click(button('faults-set'));
  await waitFor(() => expect(useDialog.getState().open.kind).toBe('none'));
  const fault = { kind: 'delay', toReplicaMs: 30, toMasterMs: 200, jitterMs: 0 };
  expect(calls).toEqual([{ call: 'fault', nodeId: 'bravo', fault }]);
});

test('a figure out of its bounds cannot be set', async () => {
  const calls = await open(false);
  fireEvent.change(screen.getByTestId('fault-seconds'), { target: { value: '99999' } });
  expect(button('faults-set').disabled).toBe(true);
  fireEvent.submit(screen.getByTestId('faults-dialog'));
  expect(calls).toEqual([]);
});

test('the fault that is on is shown with its figures, and one click clears it', async () => {
  const calls = await open(true);
  expect(screen.getByTestId<HTMLInputElement>('fault-bytesPerSecond').value).toBe('500');
  expect(button('faults-clear').textContent).toContain('at most');
  fireEvent.click(button('faults-clear'));
  await waitFor(() => expect(useDialog.getState().open.kind).toBe('none'));
  expect(calls).toEqual([{ call: 'clear', nodeId: 'bravo' }]);
});

test('a fault that the host refuses says why, and what was typed is kept', async () => {
  const failure = { code: 'faultsForbidden', params: { name: 'alpha' }, retryable: false };
  await open(false, { ok: false, failure });
  fireEvent.click(screen.getByTestId('fault-kind-drop'));
  fireEvent.click(button('faults-set'));
  const box = await waitFor(() => screen.getByTestId('faults-failure'));
  expect(box.textContent).toContain('alpha is in production');
  expect(screen.getByTestId<HTMLInputElement>('fault-kind-drop').checked).toBe(true);
});
