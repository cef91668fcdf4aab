// The contract's calls on profiles, served.
import { implement } from '@orpc/server';
import { profileCalls } from '../contract/profile-calls.ts';
import type { ProfileBook } from '../profiles/profile-book.ts';
import type { Connections } from './connections.ts';
import { outcome } from './outcome.ts';

export function profileHandlers(connections: Connections, book: ProfileBook) {
  const os = implement(profileCalls);
  const done = (act: () => void) =>
    outcome(() => {
      act();
      return null;
    });
  return {
    list: os.list.handler(() => connections.list()),
    save: os.save.handler(({ input }) => done(() => connections.save(input.profile, input.secrets))),
    remove: os.remove.handler(({ input }) => done(() => connections.remove(input.profileId))),
    open: os.open.handler(({ input }) =>
      outcome(() => connections.open(input.profileId, input.password, input.sentinelMaster)),
    ),
    preview: os.preview.handler(({ input }) => outcome(() => book.preview(input.content, input.form))),
    keep: os.keep.handler(({ input }) => outcome(() => book.keep(input.profileIds, input.environment))),
    exported: os.exported.handler(() => book.exported()),
    unlock: os.unlock.handler(({ input }) =>
      outcome(() => {
        connections.unlock(input.passphrase);
        return book.secrets;
      }),
    ),
    lock: os.lock.handler(() => {
      book.lock();
      return book.secrets;
    }),
  };
}
