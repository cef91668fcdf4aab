// A fleet of connections without a host around it: `await using fleet = watchFleet()`, observed as if a window were open.
import { tmpdir } from 'node:os';
import { actBounds, type ConnectRequest } from '#core/contract/acts.ts';
import { Finding } from '#core/fleet/discovery/finding.ts';
import { toEntry } from '#core/fleet/entry.ts';
import { Fleet } from '#core/fleet/fleet.ts';
import { NodeKeeper } from '#core/fleet/node-keeper.ts';
import type { Member } from '#core/fleet/observing/member.ts';
import { type WaitOptions, waitFor } from './wait-for.ts';

export class WatchedFleet implements AsyncDisposable {
  readonly fleet = new Fleet();
  readonly finding: Finding;

  constructor(nodesMax: number) {
    const keeper = new NodeKeeper({
      workerUrl: new URL('file:///no-embedded-nodes-here'),
      dataFolder: tmpdir(),
      version: '0.0.0',
      mayExecute: () => {},
      startSocketLoad: () => {
        throw new Error('no load runs here');
      },
    });
    this.finding = new Finding(this.fleet, keeper, nodesMax);
    this.fleet.observer.watch();
  }

  /** Connects as a person does. @throws Error where a Sentinel answered */
  async connect(request: ConnectRequest): Promise<Member> {
    const entered = await this.finding.enter(toEntry(request));
    if (entered.kind === 'sentinel') throw new Error('a Sentinel answered');
    const member = this.fleet.add(entered.node);
    await this.fleet.observer.look(member);
    this.fleet.publish();
    return member;
  }

  /** The member at this port, by its first address. */
  at(port: number): Member | undefined {
    return this.fleet.members.find(({ address }) => address.port === port);
  }

  /** Ports of all members, in order. */
  get ports(): number[] {
    return this.fleet.members.map(({ address }) => address.port).sort((a, b) => a - b);
  }

  until<T>(what: string, read: () => T, holds?: (value: T) => boolean, options: WaitOptions = {}): Promise<T> {
    return waitFor(what, read, holds, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.finding.dispose();
    this.fleet.dispose();
    return Promise.resolve();
  }
}

export function watchFleet(nodesMax: number = actBounds.nodesMax): WatchedFleet {
  return new WatchedFleet(nodesMax);
}
