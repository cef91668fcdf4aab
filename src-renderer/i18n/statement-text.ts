// Turns the host's statements and failures into sentences: figures get their units, then the key is looked up.
import { type Failure, failureCodes } from '#core/contract/failures.ts';
import type { Statement } from '#core/contract/statements.ts';
import { type StatementCode, statementCodes } from '#core/contract/statements.ts';
import { tlsReasons } from './en-failures.ts';
import { formatBytes, formatCount, formatId, formatRate, formatSeconds, formatWholeSeconds } from './format.ts';
import { say } from './i18n.ts';

type Params = Readonly<Record<string, string | number>>;

const knownStatements: ReadonlySet<string> = new Set(statementCodes);
const knownFailures: ReadonlySet<string> = new Set(failureCodes);

const identityParams: ReadonlySet<string> = new Set(['id', 'askedId', 'masterId']);
const secondsParams: ReadonlySet<string> = new Set(['seconds', 'awaySeconds', 'atLeast']);
/** Ports are names rather than amounts: no spaces in them. */
const verbatimParams: ReadonlySet<string> = new Set(['port']);

function writeParam(name: string, value: string | number): string {
  if (typeof value === 'string') return identityParams.has(name) ? formatId(value) : value;
  if (verbatimParams.has(name)) return String(value);
  if (name === 'bytesPerSecond') return formatRate(value);
  if (name === 'bytes' || name.endsWith('Bytes')) return formatBytes(value);
  if (name.endsWith('Ms')) return formatSeconds(value / 1000);
  if (secondsParams.has(name)) return formatWholeSeconds(value);
  return formatCount(value);
}

/** Parameters as they stand in a sentence. Exported for its test. */
export function writeParams(params: Params): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, writeParam(name, value)]));
}

/** The sentence of a statement; an unknown code (a newer host) is shown with its parameters rather than hidden. */
export function statementText(statement: Statement): string {
  if (!knownStatements.has(statement.code)) return `${statement.code} ${JSON.stringify(statement.params)}`;
  const code: StatementCode = statement.code;
  return say(`statement.${code}`, writeParams(statement.params));
}

/** What went wrong and what to do next. */
export function failureText(failure: Failure): { readonly what: string; readonly next: string } {
  const params = writeParams(failure.params);
  const code = knownFailures.has(failure.code) ? failure.code : 'internal';
  const given = code === failure.code ? { ...params, ...readableReason(failure) } : { reason: failure.code };
  return { what: say(`failure.${code}.what`, given), next: say(`failure.${code}.next`, given) };
}

const knownTlsReasons: ReadonlySet<string> = new Set(Object.keys(tlsReasons));

/** OpenSSL and Node name what is wrong with a certificate by codes; the code stays, for who searches for it. */
function readableReason({ code, params }: Failure): { readonly reason?: string } {
  const reason = String(params.reason ?? '');
  if (code !== 'tlsFailed' || !knownTlsReasons.has(reason)) return {};
  return { reason: `${say(`tlsReason.${reason as keyof typeof tlsReasons}`)} (${reason})` };
}
