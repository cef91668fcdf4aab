// What commands may ask of the engine as a whole: who it is, and its end.
import type { ServerService } from '../commands/services.ts';
import type { Replication } from '../replication/replication.ts';
import type { Config } from './config.ts';
import type { ConfigRewriter } from './config-rewrite.ts';
import type { Cron } from './cron.ts';
import { isLoopback } from './reception.ts';
import { REDIS_VERSION } from './redis-version.ts';
import type { Shutdown } from './shutdown.ts';

/** Functions where the parts are made after the service. */
export interface ServerServiceNeeds {
  readonly config: Config;
  readonly rewriter: ConfigRewriter;
  readonly replication: Replication;
  readonly cron: () => Cron;
  readonly shutdown: () => Shutdown;
}

export function serverService({ config, rewriter, replication, cron, shutdown }: ServerServiceNeeds): ServerService {
  return {
    redisVersion: REDIS_VERSION,
    get role() {
      return replication.role;
    },
    debugAllowed: (session) => {
      const allowed = config.text('enable-debug-command');
      if (session.kind === 'local' || allowed === 'yes') return true;
      return allowed === 'local' && isLoopback(session.remoteAddress);
    },
    setActiveExpire: (active) => {
      cron().activeExpire = active;
    },
    rewriteConfig: () => (config.file === '' ? null : rewriter.rewrite()),
    shutdown: (options, failed) => void shutdown().run(options).catch(failed),
    abortShutdown: () => shutdown().abort(),
  };
}
