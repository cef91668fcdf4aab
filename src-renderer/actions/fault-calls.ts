// The calls on a link's faults, with their failures as data; a clear from the pipe tells its failure in a notice.
import { notifications } from '@mantine/notifications';
import type { Failure } from '#core/contract/failures.ts';
import type { Fault } from '#core/contract/faults.ts';
import type { NodeId } from '#core/contract/places.ts';
import type { NodeView } from '#core/contract/views.ts';
import { hostClient } from '../bridge/host-store.ts';
import { say } from '../i18n/i18n.ts';
import { failureText } from '../i18n/statement-text.ts';

/** Null when the fault is on. */
export function setFault(nodeId: NodeId, fault: Fault): Promise<Failure | null> {
  return failureOf(hostClient()?.links.fault({ nodeId, fault }));
}

/** Null when the relay is off the link. */
export function clearFault(nodeId: NodeId): Promise<Failure | null> {
  return failureOf(hostClient()?.links.clear({ nodeId }));
}

export async function clearWithNotice(nodeId: NodeId): Promise<void> {
  const failure = await clearFault(nodeId);
  if (failure === null) return;
  const { what, next } = failureText(failure);
  notifications.show({ color: 'danger', title: say('faults.clearFailed'), message: `${what} ${next}` });
}

/** Whether the node has a link that a fault can be put on. */
export function hasLink(node: NodeView): boolean {
  return node.role === 'replica' && node.link !== null && node.lifecycle.kind === 'running';
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };

async function failureOf(call: Promise<Answer> | undefined): Promise<Failure | null> {
  const lost = (reason: string): Failure => ({ code: 'internal', params: { reason }, retryable: true });
  try {
    const outcome = await call;
    if (outcome === undefined) return lost(say('act.why.hostGone'));
    return outcome.ok ? null : outcome.failure;
  } catch (error) {
    return lost(error instanceof Error ? error.message : String(error));
  }
}
