// The lab's relay as tests hold it: between two servers, cut at once, after so many bytes, or at a word.
import { Relay as LabRelay } from '#core/lab/relay.ts';

/** Who sent the bytes: the one that connected to the relay, or the server behind it. */
export type Sender = 'client' | 'server';

export interface Relay extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Wires opened since the start. */
  readonly opened: number;
  readonly cuts: number;
  /** The relay itself, for the faults that have no word here. */
  readonly lab: LabRelay;
  /** Drops every wire now; new ones are taken unless `refuse` was called. */
  cut(): void;
  /** Drops the wire after `bytes` more bytes of the sender have passed. */
  cutAfter(sender: Sender, bytes: number): void;
  /** Drops the wire as soon as the sender says `text`; those bytes do not pass. */
  cutAt(sender: Sender, text: string): void;
  /** Bytes wait at the relay, the connections stay up. */
  stall(): void;
  flow(): void;
  /** From now on every new connection is closed at once. */
  refuse(): void;
  accept(): void;
}

/** Starts a relay on a free loopback port in front of `target`. */
export async function startRelay(target: { readonly host: string; readonly port: number }): Promise<Relay> {
  const { host, port } = target;
  const lab = await LabRelay.open({ host, port });
  const from = { client: 'toMaster', server: 'toReplica' } as const;
  return {
    ...lab.address,
    lab,
    get opened() {
      return lab.opened;
    },
    get cuts() {
      return lab.cuts;
    },
    cut: () => lab.cut(),
    cutAfter: (sender, bytes) => lab.set({ kind: 'cutAfter', direction: from[sender], bytes }),
    cutAt: (sender, text) => lab.set({ kind: 'cutAt', direction: from[sender], text }),
    stall: () => lab.set({ kind: 'stall' }),
    flow: () => lab.clear(),
    refuse: () => lab.set({ kind: 'holdOff' }),
    accept: () => lab.clear(),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}
