// Answers a request when something outside of the engine is done, such as a write to the disk; until then its client waits.
import type { CommandContext } from './spec.ts';

/**
 * Answers OK when it is done, or an error. Inside a transaction, where nothing can wait, the answer does not.
 * @param failed the words of the error, which begin with its code
 */
export function answerLater(context: CommandContext, done: Promise<void>, failed: (error: Error) => string): void {
  const { reply, session, inExec } = context;
  if (inExec) {
    done.catch(() => {});
    reply.ok();
    return;
  }
  session.block();
  const answer = (line: string) => {
    session.push(Buffer.from(`${line}\r\n`, 'latin1'));
    session.unblock();
  };
  done.then(
    () => answer('+OK'),
    (error: Error) => answer(`-${failed(error)}`),
  );
}
