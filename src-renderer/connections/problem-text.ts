// What became of a file of connections that could not be read, in a sentence.
import type { ProfilesProblem } from '#core/contract/profiles.ts';
import { say } from '../i18n/i18n.ts';

export function problemText(problem: ProfilesProblem): string {
  return problem.kind === 'damaged'
    ? say('connections.problem.damaged', { keptAs: problem.keptAs })
    : say('connections.problem.newer', { version: problem.version });
}
