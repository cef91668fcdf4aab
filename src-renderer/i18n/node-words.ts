// The words for a node that several rooms show: its state with an age, its role, its kind and version.
import { nameServer } from '#core/contract/server-name.ts';
import type { NodeView } from '#core/contract/views.ts';
import type { NodeCondition } from '../store/node-state.ts';
import { formatWholeSeconds } from './format.ts';
import { say, type TextKey } from './i18n.ts';

/** The state in words: `streaming`, `link down 12 s`, `seen 7 s ago`. */
export function conditionText(node: NodeView, condition: NodeCondition): string {
  const age = condition.ageSeconds === null ? '' : formatWholeSeconds(condition.ageSeconds);
  const attempt = node.lifecycle.kind === 'connecting' ? node.lifecycle.attempt : 0;
  return say(`state.${condition.word}`, { age, attempt });
}

/** `isBelowReplica`: its master is a replica itself. */
export function roleKey(node: NodeView, isBelowReplica: boolean): TextKey {
  if (node.role === 'replica') return isBelowReplica ? 'role.subReplica' : 'role.replica';
  return `role.${node.role}`;
}

/** `Redis 7.0.15`, `embedded`; empty where the server was never read. */
export function serverText(node: NodeView): string {
  if (node.kind === 'embedded') return say('card.embedded');
  return node.server === null ? '' : nameServer(node.server);
}
