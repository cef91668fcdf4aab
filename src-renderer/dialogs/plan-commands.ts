// The commands of a plan as lines for a shell: one redis-cli call each, on the host where it runs. Pure but for node addresses.
import type { Plan, PlanStep } from '#core/contract/acts.ts';
import type { Address } from '#core/contract/places.ts';
import { findNode } from '../store/fleet-store.ts';

/** redis-cli lines of a plan; steps that Syncline does by itself stand as comments. Empty where nothing is a Redis command. */
export function asRedisCli(plan: Plan): string {
  if (!plan.steps.some((step) => step.isRedisCommand)) return '';
  return plan.steps
    .map((step) => lineOf(step, step.nodeId === null ? null : (findNode(step.nodeId)?.address ?? null)))
    .join('\n');
}

/** One line; the password, struck out in the plan, is for the person to put in. */
export function lineOf(step: PlanStep, address: Address | null): string {
  if (!step.isRedisCommand) return `# ${step.nodeName}: ${step.command}`;
  const where = address === null ? '' : ` -h ${address.host} -p ${address.port}`;
  // A transaction is lines that one redis-cli takes together.
  if (step.command.includes('\n')) return `printf '${step.command.replaceAll('\n', '\\n')}\\n' | redis-cli${where}`;
  return `redis-cli${where} ${step.command}`;
}
