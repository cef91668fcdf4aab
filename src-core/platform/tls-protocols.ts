// `tls-protocols`: which versions of TLS are spoken, as options of OpenSSL.
import { constants } from 'node:crypto';
import type { SecureVersion } from 'node:tls';
import { TlsError } from '../base/tls.ts';

interface Protocol {
  readonly version: SecureVersion;
  /** Forbids it, where an older and a newer one are allowed. */
  readonly forbidden: number;
}

/** From the oldest to the newest. */
const protocols: readonly Protocol[] = [
  { version: 'TLSv1', forbidden: constants.SSL_OP_NO_TLSv1 },
  { version: 'TLSv1.1', forbidden: constants.SSL_OP_NO_TLSv1_1 },
  { version: 'TLSv1.2', forbidden: constants.SSL_OP_NO_TLSv1_2 },
  { version: 'TLSv1.3', forbidden: constants.SSL_OP_NO_TLSv1_3 },
];

const BY_DEFAULT = 'TLSv1.2 TLSv1.3';

/** `text`: names with spaces between; empty for what is safe today. @throws TlsError */
export function protocolOptions(text: string) {
  const named = (text === '' ? BY_DEFAULT : text).split(' ').filter((word) => word !== '');
  const isNamed = (one: Protocol) => named.some((word) => isSame(one, word));
  const allowed = protocols.filter(isNamed);
  if (allowed.length === 0 || named.some((word) => !protocols.some((one) => isSame(one, word)))) {
    throw new TlsError(
      "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.",
      'Leave tls-protocols away for TLSv1.2 and TLSv1.3.',
    );
  }
  const forbidden = protocols.filter((one) => !isNamed(one));
  return {
    minVersion: allowed[0]!.version,
    maxVersion: allowed.at(-1)!.version,
    secureOptions: forbidden.reduce((bits, one) => bits | one.forbidden, 0),
  };
}

function isSame({ version }: Protocol, word: string): boolean {
  return word.toLowerCase() === version.toLowerCase();
}
