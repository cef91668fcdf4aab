// Who listens to what, and the delivery of messages: to each subscriber of the channel, and of each pattern that fits.
import { globMatches } from '../../base/glob.ts';
import { ReplyWriter } from '../../resp/reply-writer.ts';
import type { PubSubService, Session } from '../commands/services.ts';

/** What one session listens to. */
interface Subscriptions {
  readonly channels: Set<string>;
  readonly patterns: Set<string>;
}

/** A message is written here once for each protocol; larger ones make it grow for a moment. */
const MESSAGE_BYTES = 4096;
const NO_NAMES: readonly string[] = [];

export class PubSub implements PubSubService {
  readonly #bySession = new Map<Session, Subscriptions>();
  readonly #byChannel = new Map<string, Set<Session>>();
  readonly #byPattern = new Map<string, Set<Session>>();
  readonly #writer = new ReplyWriter(MESSAGE_BYTES);

  subscribe(session: Session, channel: string): number {
    this.#of(session).channels.add(channel);
    addTo(this.#byChannel, channel, session);
    return this.#count(session);
  }

  unsubscribe(session: Session, channel: string): number {
    this.#bySession.get(session)?.channels.delete(channel);
    removeFrom(this.#byChannel, channel, session);
    return this.#count(session);
  }

  subscribePattern(session: Session, pattern: string): number {
    this.#of(session).patterns.add(pattern);
    addTo(this.#byPattern, pattern, session);
    return this.#count(session);
  }

  unsubscribePattern(session: Session, pattern: string): number {
    this.#bySession.get(session)?.patterns.delete(pattern);
    removeFrom(this.#byPattern, pattern, session);
    return this.#count(session);
  }

  channelsOf(session: Session): readonly string[] {
    const own = this.#bySession.get(session);
    return own === undefined ? NO_NAMES : [...own.channels];
  }

  patternsOf(session: Session): readonly string[] {
    const own = this.#bySession.get(session);
    return own === undefined ? NO_NAMES : [...own.patterns];
  }

  forget(session: Session): void {
    for (const channel of this.channelsOf(session)) this.unsubscribe(session, channel);
    for (const pattern of this.patternsOf(session)) this.unsubscribePattern(session, pattern);
  }

  publish(channel: Buffer, message: Buffer): number {
    const name = channel.latin1Slice(0, channel.length);
    let receivers = this.#deliver(this.#byChannel.get(name), (writer) => {
      writer.push(3);
      writer.bulkLatin1('message');
      writer.bulk(channel);
      writer.bulk(message);
    });
    for (const [pattern, sessions] of this.#byPattern) {
      if (!globMatches(pattern, name)) continue;
      receivers += this.#deliver(sessions, (writer) => {
        writer.push(4);
        writer.bulkLatin1('pmessage');
        writer.bulkLatin1(pattern);
        writer.bulk(channel);
        writer.bulk(message);
      });
    }
    return receivers;
  }

  /** Both protocols have their own bytes; each is made only if somebody needs it. */
  #deliver(sessions: ReadonlySet<Session> | undefined, write: (writer: ReplyWriter) => void): number {
    if (sessions === undefined) return 0;
    const made: { 2: Buffer | null; 3: Buffer | null } = { 2: null, 3: null };
    for (const session of sessions) {
      let bytes = made[session.protocol];
      if (bytes === null) {
        this.#writer.protocol = session.protocol;
        write(this.#writer);
        bytes = this.#writer.taken();
        made[session.protocol] = bytes;
      }
      session.push(bytes);
    }
    return sessions.size;
  }

  channels(): Iterable<string> {
    return this.#byChannel.keys();
  }

  get channelCount(): number {
    return this.#byChannel.size;
  }

  subscribersOf(channel: string): number {
    return this.#byChannel.get(channel)?.size ?? 0;
  }

  get patternCount(): number {
    return this.#byPattern.size;
  }

  #of(session: Session): Subscriptions {
    let own = this.#bySession.get(session);
    if (own === undefined) {
      own = { channels: new Set(), patterns: new Set() };
      this.#bySession.set(session, own);
    }
    return own;
  }

  /** Writes the count into the session, where the gates look, and drops what is empty. */
  #count(session: Session): number {
    const own = this.#bySession.get(session);
    const count = own === undefined ? 0 : own.channels.size + own.patterns.size;
    if (count === 0) this.#bySession.delete(session);
    session.subscriptions = count;
    return count;
  }
}

function addTo(index: Map<string, Set<Session>>, name: string, session: Session): void {
  const sessions = index.get(name);
  if (sessions === undefined) index.set(name, new Set([session]));
  else sessions.add(session);
}

function removeFrom(index: Map<string, Set<Session>>, name: string, session: Session): void {
  const sessions = index.get(name);
  if (sessions === undefined) return;
  sessions.delete(session);
  if (sessions.size === 0) index.delete(name);
}
