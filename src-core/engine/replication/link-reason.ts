// Why a link is not streaming, as data: the codes are those of the contract's statements.

export type LinkReasonCode =
  | 'linkConnectionRefused'
  | 'linkTimedOut'
  | 'linkUnresolved'
  | 'linkAuthRejected'
  | 'linkAuthRequired'
  | 'linkMasterLoading'
  | 'linkMasterDown'
  | 'linkNotRedis'
  | 'linkRefused'
  | 'linkClosed'
  | 'linkTransferFailed'
  | 'linkSnapshotBroken';

export interface LinkReason {
  readonly code: LinkReasonCode;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

const shownAnswerChars = 80;

/** The reason for a connection that could not be opened, or was lost, by the system's error code; null = closed in order. */
export function connectionReason(systemCode: string | null, address: MasterAddress): LinkReason {
  const { host, port } = address;
  switch (systemCode) {
    case 'ECONNREFUSED':
      return { code: 'linkConnectionRefused', params: { host, port } };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { code: 'linkUnresolved', params: { host } };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { code: 'linkTimedOut', params: { host, port } };
    case null:
    case 'ECONNRESET':
    case 'EPIPE':
      return { code: 'linkClosed', params: { host, port } };
    default:
      return { code: 'linkRefused', params: { host, port, answer: systemCode } };
  }
}

/** The reason behind an answer of the master that is not what the handshake waits for. */
export function answerReason(answer: string, address: MasterAddress): LinkReason {
  const { host, port } = address;
  if (answer.startsWith('-LOADING')) return { code: 'linkMasterLoading', params: { host, port } };
  if (answer.startsWith('-NOMASTERLINK') || answer.startsWith('-MASTERDOWN')) {
    return { code: 'linkMasterDown', params: { host, port } };
  }
  if (answer.startsWith('-NOAUTH') || /^-ERR operation not permitted/i.test(answer)) {
    return { code: 'linkAuthRequired', params: { host, port } };
  }
  if (/^-WRONGPASS|^-ERR (invalid password|AUTH <password> called|Client sent AUTH)/i.test(answer)) {
    return { code: 'linkAuthRejected', params: { host, port } };
  }
  const code = answer.startsWith('-') ? 'linkRefused' : 'linkNotRedis';
  return { code, params: { host, port, answer: printable(answer) } };
}

/** Foreign bytes made fit for a log or a screen. */
export function printable(text: string): string {
  return text.slice(0, shownAnswerChars).replace(/[^\x20-\x7e]/g, '?');
}
