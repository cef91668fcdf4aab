// How every container command answers HELP: a head line in Redis's form, then its own lines.
import type { ReplyWriter } from '../../resp/reply-writer.ts';

/** `container` in capitals; `lines` without the head. */
export function helpReply(reply: ReplyWriter, container: string, lines: readonly string[]): void {
  reply.array(lines.length + 1);
  reply.simple(`${container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
  for (const line of lines) reply.simple(line);
}
