// Replication on simulated time and connections in memory: the stage for stories about one node.
import type { Connection, Files, Ports } from '#core/base/ports.ts';
import type { ReplicaPeer } from '#core/engine/replication/master/replica-session.ts';
import { Replication } from '#core/engine/replication/replication.ts';
import { MemoryConnection, MemoryTransport } from '../../../support/memory-wire.ts';
import { SimulatedTime } from '../../../support/simulated-time.ts';
import { defaultSettings, FakeHost } from './fake-host.ts';

/** A client's connection that can become a replica's. */
export class FakePeer implements ReplicaPeer {
  readonly id = 7;
  readonly remoteAddress = '10.0.0.2:50000';
  readonly connection = new MemoryConnection();
  isReplica = false;

  takeOutput(owner: { onDrain(): void; onClose(reason: string | null): void }): Connection | null {
    this.connection.handlers = { ...owner, onData: () => {}, onEnd: () => {} };
    return this.connection;
  }

  kill(): void {
    this.connection.destroy();
  }
}

/** Files in memory; every act settles before the next microtask but one. */
export class MemoryFiles implements Files {
  readonly contents = new Map<string, Buffer>();

  async exists(path: string): Promise<boolean> {
    return this.contents.has(path);
  }

  async read(path: string): Promise<Buffer> {
    return this.#get(path);
  }

  async *readPieces(path: string, pieceBytes: number): AsyncIterable<Buffer> {
    const bytes = this.#get(path);
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }

  async create(path: string) {
    this.contents.set(path, Buffer.alloc(0));
    return {
      write: async (bytes: Uint8Array) => void this.contents.set(path, Buffer.concat([this.#get(path), bytes])),
      close: async () => {},
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.contents.set(to, this.#get(from));
    this.contents.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.contents.delete(path);
  }

  async sizeBytes(path: string): Promise<number> {
    return this.#get(path).length;
  }

  #get(path: string): Buffer {
    const bytes = this.contents.get(path);
    if (bytes === undefined) throw new Error(`ENOENT ${path}`);
    return bytes;
  }
}

export function scene() {
  const time = new SimulatedTime();
  const transport = new MemoryTransport();
  const files = new MemoryFiles();
  const host = new FakeHost();
  const settings = defaultSettings();
  const logged: string[] = [];
  let seed = 0;
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++seed), integer: () => 0 };
  const ports: Ports = { clock: time, timers: time, random, transport, files };
  const log = (level: string, text: string) => void logged.push(`${level[0]} ${text}`);
  const replication = new Replication({ ports, settings, host, log });
  const write = (text: string, database = 0) => {
    const bytes = Buffer.from(text);
    replication.stream.append(database, bytes, 0, bytes.length);
    replication.stream.flush();
    time.settle();
  };
  /** A replica that said its port and capabilities, and asked. */
  const attach = (asked: { id: string; byte: number } | null, port = 7001, eof = true) => {
    const peer = new FakePeer();
    Object.assign(replication.replicas.announcement(peer), { listeningPort: port, eof, psync2: true });
    const refused = replication.sync(peer, asked);
    time.settle();
    return { peer, refused, taken: () => peer.connection.taken() };
  };
  return { time, transport, files, host, settings, logged, replication, write, attach };
}
