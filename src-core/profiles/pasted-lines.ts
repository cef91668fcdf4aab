// Servers pasted as text, one a line: redis://, rediss://, valkey:// or host:port, each with a name before it or not.
import type { ConnectRequest } from '../contract/acts.ts';
import { FailureError } from '../contract/failure-error.ts';
import { profileBounds } from '../contract/profiles.ts';
import { parseServerAddress } from '../remote/server-address.ts';
import { type Draft, draftProfile, type Found, type Skipped } from './draft.ts';

/** `name = address`, `name: address` with a space after the colon, or the address alone; `#` begins a comment. */
const lineForm = /^(?:(?<name>[^=\s][^=]*?)\s*=\s*|(?<title>[^:\s][^:]*?):\s+)?(?<address>\S+)\s*$/;

export function readPastedLines(text: string): Found {
  const drafts: Draft[] = [];
  const skipped: Skipped[] = [];
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  for (const [index, line] of lines.filter((line) => line !== '').entries()) {
    const entry = `line ${index + 1}`;
    if (index >= profileBounds.pastedLinesMax)
      skipped.push({ entry, reason: `more than ${profileBounds.pastedLinesMax} lines` });
    else {
      const draft = readLine(line);
      if (draft === null) skipped.push({ entry, reason: 'not an address' });
      else drafts.push(draft);
    }
  }
  return { source: 'lines', drafts, skipped };
}

function readLine(line: string): Draft | null {
  const groups = lineForm.exec(line)?.groups;
  if (!groups?.address) return null;
  const request: ConnectRequest = { url: groups.address };
  try {
    const { host, port, tls, username, password } = parseServerAddress(request);
    const profile = draftProfile({
      host,
      port,
      username,
      login: password === null ? 'none' : 'saved',
      tls: tls ? { serverName: null, authority: null, certificate: null } : null,
      name: groups.name ?? groups.title ?? null,
    });
    return profile && { profile, secrets: password === null ? {} : { password }, missing: [] };
  } catch (error) {
    if (error instanceof FailureError) return null;
    throw error;
  }
}
