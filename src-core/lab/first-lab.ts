// The lab that is there on the very first start: one master, two replicas and a gentle write load.
import type { NodeId } from '../contract/places.ts';
import type { LoadSettings } from '../nodes/node-protocol.ts';

/** One embedded node of a lab, so that it can be built again. */
export interface LabNode {
  readonly name: string;
  /** 0: any free port. */
  readonly port: number;
  /** The name of the node of this lab that it follows. */
  readonly master: string | null;
  readonly load: LoadSettings | null;
}

const gentleLoad: LoadSettings = { writesPerSecond: 20, valueBytes: 64 };

export const firstLab: readonly LabNode[] = [
  { name: 'alpha', port: 0, master: null, load: gentleLoad },
  { name: 'bravo', port: 0, master: 'alpha', load: null },
  { name: 'charlie', port: 0, master: 'alpha', load: null },
];

/** What building a lab needs of the fleet. */
export interface LabBuilder {
  /** Makes a node that does not run yet. */
  create(name: string, port: number): Promise<NodeId>;
  /** Starts it; where its port is taken, on a free one. */
  start(nodeId: NodeId): Promise<void>;
  attach(nodeId: NodeId, masterId: NodeId): Promise<void>;
  load(nodeId: NodeId, load: LoadSettings): Promise<void>;
}

/** Made in order, started at once, then joined. A node that cannot be started leaves the others as they are. @returns what failed */
export async function buildLab(lab: readonly LabNode[], builder: LabBuilder): Promise<unknown[]> {
  const problems: unknown[] = [];
  const ids = new Map<string, NodeId>();
  const attempt = async (run: () => Promise<void>, failed?: () => void) => {
    try {
      await run();
    } catch (error) {
      failed?.();
      problems.push(error);
    }
  };
  for (const { name, port } of lab) ids.set(name, await builder.create(name, port));
  await Promise.all(
    [...ids].map(([name, id]) =>
      attempt(
        () => builder.start(id),
        () => ids.delete(name),
      ),
    ),
  );
  for (const { name, master, load } of lab) {
    const id = ids.get(name);
    const masterId = master === null ? undefined : ids.get(master);
    if (id === undefined) continue;
    if (masterId !== undefined) await attempt(() => builder.attach(id, masterId));
    if (load !== null) await attempt(() => builder.load(id, load));
  }
  return problems;
}
