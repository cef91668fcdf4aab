// The client of the tests: ioredis over RESP2, where replies are the plain bytes that a comparison wants.
import { Redis } from 'ioredis';

/** A server's door, as much as a client needs to know of it. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
}

export interface ClientOptions {
  readonly database?: number;
  readonly username?: string;
  readonly protocol?: 2 | 3;
  /** False: a lost connection is an error at its caller instead of being opened again. */
  readonly reconnects?: boolean;
  /** False: requests go out at once, also while the server loads its data. */
  readonly waitsForLoad?: boolean;
}

/** Long, for a busy machine. */
const connectTimeoutMs = 20_000;

/** Opens a client. Whoever opens it disconnects it. */
export function openClient(server: ServerAddress, options: ClientOptions = {}): Redis {
  const client = new Redis({
    host: server.host,
    port: server.port,
    password: server.password,
    username: options.username,
    db: options.database ?? 0,
    protocol: options.protocol ?? 2,
    enableReadyCheck: options.waitsForLoad ?? true,
    connectTimeout: connectTimeoutMs,
    maxRetriesPerRequest: 1,
    ...(options.reconnects === false ? { retryStrategy: () => null } : {}),
  });
  // A server that is stopped on purpose drops its clients; a command that fails still rejects at its caller.
  client.on('error', () => {});
  return client;
}

/** Opens a client for one use, and closes it whatever happens. */
export async function withClient<T>(server: ServerAddress, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = openClient(server, { reconnects: false });
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
