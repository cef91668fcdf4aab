// What of the master's stream this replica could not apply: from here on the two may differ, and that is said aloud.
import { protocolErrors } from '../../resp/protocol-errors.ts';
import type { Services } from './services.ts';
import type { Command } from './table.ts';

/** So much of the error is logged. */
const SHOWN_CHARS = 4096;

/**
 * Logs the error in Redis's words and counts it. `propagation-error-behavior` says what follows: `ignore`, the link goes
 * on; `panic` and `panic-on-replicas`, the link is given up and everything is fetched anew, since a process that other
 * engines live in does not end for this.
 * @param command null when it is one that we do not know; its name is then in the error.
 * @throws Error when the stream must not go on
 */
export function noteDivergence(services: Services, error: string, command: Command | null): void {
  const shown = error.trimEnd().slice(0, SHOWN_CHARS);
  const name = command?.name ?? '<unknown>';
  services.log.warning(
    `== CRITICAL == This replica is sending an error to its master: '${shown}' after processing the command '${name}'`,
  );
  services.stats.unexpectedErrorReplies++;
  if (services.config.text('propagation-error-behavior') !== 'ignore') {
    throw new Error(`the command '${name}' could not be applied: ${shown}`);
  }
}

/** Logs what is wrong with the bytes of the stream; the link is given up for it, whatever is configured. */
export function noteBrokenStream(services: Services, error: string): void {
  if (error === protocolErrors.inlineFromMaster) {
    services.log.warning(
      'WARNING: Receiving inline protocol from master, master stream corruption? ' +
        'Closing the master connection and discarding the cached master.',
    );
    return;
  }
  services.log.warning(
    `== CRITICAL == This replica is sending an error to its master: '${error}' after processing the command '<unknown>'`,
  );
  services.stats.unexpectedErrorReplies++;
}
