// Asks whether anybody listens at an address of this machine: a relay whose Syncline was killed answers no more.
import { connect } from 'node:net';
import type { Address } from '../contract/places.ts';

const answerMaxMs = 1000;

/** False only where the connection is refused: what cannot be told counts as listening. Sends nothing. */
export function isListening({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: answerMaxMs });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(true));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code !== 'ECONNREFUSED'));
  });
}
