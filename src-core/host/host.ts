// The host: owns the fleet, and serves the contract to whatever carries it.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { implement } from '@orpc/server';
import { Journal } from '../audit/journal.ts';
import type { Cipher } from '../base/cipher.ts';
import { actBounds, type Guards, type RunRequest } from '../contract/acts.ts';
import { contract } from '../contract/contract.ts';
import { toFailure } from '../contract/failure-error.ts';
import type { Address, NodeId } from '../contract/places.ts';
import { Finding } from '../fleet/discovery/finding.ts';
import { Fleet } from '../fleet/fleet.ts';
import { NodeKeeper } from '../fleet/node-keeper.ts';
import { EmbeddedFleetNode, RemoteFleetNode } from '../fleet/observing/fleet-node.ts';
import { Runner } from '../fleet/runs/runner.ts';
import { buildLab, firstLab, type LabNode } from '../lab/first-lab.ts';
import { SocketWorkload } from '../lab/workload.ts';
import { ProfileBook } from '../profiles/profile-book.ts';
import { Connections } from './connections.ts';
import { readPage, restorationOf } from './journal-pages.ts';
import { LeftRelays } from './left-relays.ts';
import { LinkFaults } from './link-faults.ts';
import { outcome } from './outcome.ts';
import { profileHandlers } from './profile-handlers.ts';
import { ReadOnlyGate } from './read-only.ts';
import { SettingsStore } from './settings-store.ts';
import { type HostIdentity, watchFleet, watchLog, watchProgress, watchSyncs } from './streams.ts';

export interface HostOptions extends HostIdentity {
  /** Where the built node worker lies; the shell's entry file knows. */
  readonly workerUrl: URL;
  /** Settings and journal lie here. */
  readonly settingsFolder: string;
  /** Embedded nodes keep their data here while they live; removed when the host is closed. */
  readonly dataFolder: string;
  /** The system's own place for secrets, where the shell has one; else a passphrase guards them. */
  readonly keychain?: Cipher | null;
}

export class Host {
  readonly fleet = new Fleet();
  readonly settings: SettingsStore;
  readonly #options: HostOptions;
  readonly #keeper: NodeKeeper;
  readonly #runner: Runner;
  readonly #journal: Journal;
  readonly #gate: ReadOnlyGate;
  readonly #faults: LinkFaults;
  readonly #leftRelays: LeftRelays;
  readonly #finding: Finding;
  readonly #book: ProfileBook;
  readonly #connections: Connections;
  #closed = false;

  constructor(options: HostOptions) {
    this.#options = options;
    this.settings = new SettingsStore(options.settingsFolder);
    this.#journal = new Journal(join(options.settingsFolder, 'journal.jsonl'));
    this.#gate = new ReadOnlyGate(this.settings.isReadOnly);
    this.#keeper = new NodeKeeper({
      workerUrl: options.workerUrl,
      dataFolder: options.dataFolder,
      version: options.version,
      startSocketLoad: (load, execute) => new SocketWorkload(load, execute),
      mayExecute: (commands) => this.#gate.mayExecute(commands),
    });
    this.#finding = new Finding(this.fleet, this.#keeper, actBounds.nodesMax);
    this.#book = new ProfileBook(options.settingsFolder, options.keychain ?? null);
    const { fleet } = this;
    this.#connections = new Connections({ fleet, keeper: this.#keeper, finding: this.#finding, book: this.#book });
    this.#runner = new Runner({
      fleet: this.fleet,
      keeper: this.#keeper,
      journal: this.#journal,
      gate: this.#gate,
      findRestoration: (runId, to) => restorationOf(this.#journal, runId, to),
    });
    this.#faults = new LinkFaults(this.fleet, this.#journal, this.#gate);
    this.#leftRelays = new LeftRelays(this.fleet, this.#journal, this.#gate);
  }

  /** The lab as it was left, or the first one; and the remembered connections. @returns what could not be started */
  async openLab(): Promise<unknown[]> {
    const lab = this.settings.lab ?? firstLab;
    const problems = await buildLab(lab, {
      create: async (name, port) => this.fleet.add(await this.#keeper.createEmbedded(name, port, null)).id,
      start: (nodeId) => this.#startLabNode(nodeId),
      attach: async (nodeId, masterId) => {
        const { host, port } = this.fleet.member(masterId).address;
        await this.fleet.member(nodeId).node.execute([['REPLICAOF', host, String(port)]]);
      },
      load: (nodeId, load) => this.fleet.member(nodeId).node.startLoad(load),
    });
    this.settings.lab = lab.map((node) => ({ ...node, port: this.#portOf(node.name) ?? node.port }));
    this.#connections.adopt(this.settings.takeConnections());
    this.#connections.openRemembered();
    return problems;
  }

  /** The router to hand to a carrier of @orpc/server. Failures are values of it; a thrown error is our mistake. */
  router() {
    const os = implement(contract);
    return os.router({
      fleet: {
        watch: os.fleet.watch.handler(({ signal }) => watchFleet(this.fleet, this.#options, signal)),
        forgetGhost: os.fleet.forgetGhost.handler(({ input }) => this.#forgetGhost(input)),
        probe: os.fleet.probe.handler(({ input }) => this.#probe(input.isOn)),
      },
      node: {
        log: os.node.log.handler(({ input, signal }) => watchLog(this.fleet, input.nodeId, signal)),
        syncs: os.node.syncs.handler(({ input, signal }) => watchSyncs(this.fleet, input.nodeId, signal)),
      },
      connections: {
        connect: os.connections.connect.handler(({ input }) => outcome(() => this.#connections.connect(input))),
      },
      profiles: profileHandlers(this.#connections, this.#book),
      links: {
        fault: os.links.fault.handler(({ input }) => outcome(() => this.#faults.fault(input.nodeId, input.fault))),
        clear: os.links.clear.handler(({ input }) =>
          outcome(async () => {
            await this.#faults.clear(input.nodeId);
            return null;
          }),
        ),
      },
      acts: {
        plan: os.acts.plan.handler(({ input }) => outcome(() => this.#runner.plan(input))),
        run: os.acts.run.handler(({ input }) => outcome(() => this.#run(input))),
        cancel: os.acts.cancel.handler(({ input }) => outcome(async () => this.#runner.cancel(input.runId))),
        progress: os.acts.progress.handler(({ signal }) => watchProgress(this.#runner, signal)),
      },
      insight: {
        absence: os.insight.absence.handler(({ input }) =>
          outcome(() => this.#runner.foreseeAbsence(input.nodeId, input.awaySeconds)),
        ),
      },
      journal: {
        read: os.journal.read.handler(({ input }) =>
          outcome(() => readPage(this.#journal, this.#runner.runningIds, input)),
        ),
      },
      guards: {
        get: os.guards.get.handler(() => this.#guards()),
        set: os.guards.set.handler(({ input }) => outcome(async () => this.#setGuards(input))),
      },
    });
  }

  /** Stops every node in good order and removes their data. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // First of all: what a plan holds on a server is let go while the server can still be asked.
    await this.#runner.close();
    await Promise.all([this.#faults[Symbol.asyncDispose](), this.#leftRelays[Symbol.asyncDispose]()]);
    const embedded = this.fleet.members.map(({ node }) => node).filter((node) => node instanceof EmbeddedFleetNode);
    await Promise.all(embedded.map(({ node }) => node.stop('discard')));
    this.#finding.dispose();
    this.fleet.dispose();
    this.#book.dispose();
    await this.#journal.close();
    await rm(this.#options.dataFolder, { recursive: true, force: true });
  }

  #forgetGhost(address: Address): void {
    this.fleet.forgetGhost(address);
    this.fleet.publish();
  }

  #probe(isOn: boolean): void {
    this.fleet.probe.isOn = isOn;
    this.fleet.publish();
  }

  #guards(): Guards {
    return { readOnly: this.#gate.isOn };
  }

  #setGuards(guards: Guards): Guards {
    this.#gate.isOn = guards.readOnly;
    this.settings.isReadOnly = guards.readOnly;
    return this.#guards();
  }

  async #run(request: RunRequest) {
    const before = this.#remoteNodes();
    const result = await this.#runner.run(request);
    const after = this.#remoteNodes();
    for (const node of before) if (!after.includes(node)) this.#connections.noteRemoved(node);
    await Promise.all(this.fleet.members.map((member) => this.fleet.observer.look(member)));
    this.#remember();
    return result;
  }

  async #startLabNode(nodeId: NodeId): Promise<void> {
    const { node } = this.fleet.member(nodeId);
    if (!(node instanceof EmbeddedFleetNode)) return;
    try {
      await node.node.start();
    } catch (error) {
      if (toFailure(error).code !== 'portInUse' || node.node.port === 0) throw error;
      // Another Syncline runs, or somebody else took the port since: a lab may lie anywhere.
      node.node.forgetPort();
      await node.node.start();
    }
  }

  /** Embedded nodes with a password are not remembered: theirs never reaches the disk. */
  #remember(): void {
    const nodes = this.fleet.members.map(({ node }) => node);
    this.settings.lab = nodes
      .filter((node) => node.kind === 'embedded' && node.credentials.password === null)
      .map((node) => this.#describe(node.id));
  }

  #remoteNodes(): RemoteFleetNode[] {
    return this.fleet.members.map(({ node }) => node).filter((node) => node instanceof RemoteFleetNode);
  }

  #portOf(name: string): number | undefined {
    return this.fleet.members.find(({ node }) => node.name === name)?.address.port;
  }

  #describe(nodeId: NodeId): LabNode {
    const { node, reading } = this.fleet.member(nodeId);
    const link = reading?.link;
    const master = link
      ? this.fleet.members.find(
          (member) => member.node.kind === 'embedded' && member.address.port === link.masterAddress.port,
        )
      : undefined;
    const load = node.workload && {
      writesPerSecond: node.workload.writesPerSecond,
      valueBytes: node.workload.valueBytes,
    };
    return { name: node.name, port: node.address.port, master: master?.node.name ?? null, load };
  }
}
