// Read-only mode: a list of commands that only read, and nothing else passes, known or not.
import { FailureError } from '../contract/failure-error.ts';
import type { PreparedPlan } from '../fleet/plans/plan.ts';
import type { StepAction } from '../fleet/plans/plan-draft.ts';

/** A command by its name, or by name and first word where others of its words change something. Lower case. */
const readingCommands: ReadonlySet<string> = new Set([
  'acl cat',
  'acl dryrun',
  'acl getuser',
  'acl whoami',
  'client getname',
  'client id',
  'client info',
  'client list',
  'cluster info',
  'cluster myid',
  'cluster nodes',
  'cluster shards',
  'cluster slots',
  'command',
  'command count',
  'command docs',
  'command info',
  'config get',
  'dbsize',
  'dump',
  'echo',
  'get',
  'hlen',
  'info',
  'lastsave',
  'latency history',
  'latency latest',
  'llen',
  'memory doctor',
  'memory stats',
  'memory usage',
  'ping',
  'pttl',
  'pubsub numsub',
  'randomkey',
  'role',
  'scan',
  'scard',
  'sentinel ckquorum',
  'sentinel get-master-addr-by-name',
  'sentinel master',
  'sentinel masters',
  'sentinel myid',
  'sentinel replicas',
  'sentinel sentinels',
  'sentinel slaves',
  'slowlog get',
  'slowlog len',
  'time',
  'ttl',
  'type',
  'xlen',
  'zcard',
]);

/** Commands whose words all read; of every other one its first word must be on the list too. */
export function onlyReads(words: readonly string[]): boolean {
  const [name = '', first = ''] = words.map((word) => word.toLowerCase());
  return readingCommands.has(name) || readingCommands.has(`${name} ${first}`);
}

/** What a person has forbidden the host to do; asked by every connection to a real server before it sends. */
export class ReadOnlyGate {
  isOn: boolean;

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** @throws FailureError readOnlyMode, and then none of the commands is sent */
  mayExecute(commands: readonly (readonly string[])[]): void {
    const forbidden = this.isOn ? commands.find((words) => !onlyReads(words)) : undefined;
    // The words behind the name may be data, or a secret.
    if (forbidden) throw new FailureError('readOnlyMode', { command: forbidden[0]?.toUpperCase() ?? '' });
  }

  /** @throws FailureError readOnlyMode: a plan is refused as a whole, before its first step */
  mayRun(prepared: PreparedPlan): void {
    if (!this.isOn) return;
    for (const { step, action } of prepared.steps) {
      const commands = commandsOf(action);
      if (commands === null) throw new FailureError('readOnlyMode', { command: step.command });
      this.mayExecute(commands);
    }
  }
}

/** The commands that a step sends; null for what changes a node by other means. */
function commandsOf(action: StepAction): readonly (readonly string[])[] | null {
  switch (action.kind) {
    case 'redis':
    case 'release':
    case 'sentinel':
      return [action.words];
    case 'transaction':
    case 'pauseAll':
      return action.commands;
    case 'watchSync':
    case 'watchPromotion':
    case 'waitFailover':
    case 'waitOffsets':
    case 'waitInStep':
    case 'waitRestart':
    case 'waitStreaming':
      return [];
    default:
      return null;
  }
}
