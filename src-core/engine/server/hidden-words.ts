// Which words of a request nobody may read again in SLOWLOG or MONITOR: passwords, and the rules of users.
import type { Args } from '../commands/args.ts';
import { directives } from './config-directives.ts';

const none: ReadonlySet<number> = new Set();
const secretDirectives: ReadonlySet<string> = new Set(
  directives
    .filter(({ secret, name }) => secret || name === 'masteruser')
    .flatMap(({ name, alias }) => (alias === null ? [name] : [name, alias])),
);

/** Places in `args`. `name` is the command's, `container|sub` for a subcommand. */
export function hiddenWords(name: string, args: Args): ReadonlySet<number> {
  switch (name) {
    case 'auth':
      return from(1, args.count);
    case 'acl|setuser':
      return from(2, args.count);
    case 'hello':
      for (let i = 2; i < args.count; i++) if (args.is(i, 'AUTH')) return from(i + 1, Math.min(args.count, i + 3));
      return none;
    case 'config|set': {
      const hidden = new Set<number>();
      for (let i = 2; i + 1 < args.count; i += 2) {
        if (secretDirectives.has(args.text(i).toLowerCase())) hidden.add(i + 1);
      }
      return hidden;
    }
    default:
      return none;
  }
}

function from(start: number, end: number): ReadonlySet<number> {
  return new Set(Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i));
}
