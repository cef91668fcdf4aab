// The ACL file: a line for each user, read all or nothing, with the number of each line that is wrong; and written.
import type { Files, Random } from '../../base/ports.ts';
import { AclRuleError, ruleReasons } from '../commands/acl/acl-rule-error.ts';
import { type AclUser, mergedSelectors, UnmatchedParenthesis } from '../commands/acl/acl-user.ts';

/** The file cannot be taken; the message is Redis's, for a reply or the log. */
export class AclFileError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'AclFileError';
  }
}

const NO_CHANGE = 'WARNING: ACL errors detected, no change to the previously active ACL rules was performed';
const TEMPORARY_NAME_BYTES = 6;

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
};

/**
 * The users of a file, by name.
 * @param shown the path as the configuration has it; errors name it
 * @param newUser makes a user of whom nothing was said yet
 * @throws AclFileError
 */
export async function readAclFile(
  files: Files,
  path: string,
  shown: string,
  newUser: (name: string) => AclUser,
): Promise<Map<string, AclUser>> {
  let bytes: Buffer;
  try {
    bytes = await files.read(path);
  } catch (error) {
    throw new AclFileError(`Error loading ACLs, opening file '${shown}': ${systemWords(error)}`);
  }
  return parseAclFile(bytes.toString('latin1'), shown, newUser);
}

/** `text` is a byte text. @throws AclFileError */
export function parseAclFile(text: string, shown: string, newUser: (name: string) => AclUser): Map<string, AclUser> {
  const users = new Map<string, AclUser>();
  const errors: string[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
    if (line !== '')
      readLine({ words: line.split(' '), place: `${shown}:${i + 1}`, number: i + 1 }, users, newUser, errors);
  }
  if (errors.length > 0) throw new AclFileError(errors.join('') + NO_CHANGE);
  return users;
}

interface FileLine {
  readonly words: readonly string[];
  /** The file and the line's number. */
  readonly place: string;
  readonly number: number;
}

function readLine(
  { words, place, number }: FileLine,
  users: Map<string, AclUser>,
  newUser: (name: string) => AclUser,
  errors: string[],
): void {
  const [keyword, name, ...rules] = words;
  if (keyword !== 'user' || name === undefined) {
    errors.push(`${place} should start with user keyword followed by the username. `);
  } else if (/[\s\0]/.test(name)) errors.push(`'${place}: username '${name}' contains invalid characters. `);
  else if (users.has(name)) errors.push(`WARNING: Duplicate user '${name}' found on line ${number}. `);
  else {
    const user = newUser(name);
    users.set(name, user);
    errors.push(...wrongRules(user, rules, place));
  }
}

/** Each command that there is not is told; of other errors only the first, since others may follow from it. */
function wrongRules(user: AclUser, words: readonly string[], place: string): string[] {
  const errors: string[] = [];
  let isBroken = false;
  try {
    for (const rule of mergedSelectors(words)) {
      try {
        user.apply(rule.replace(/^[\t\r\n]+|[\t\r\n]+$/g, ''));
      } catch (error) {
        if (!(error instanceof AclRuleError)) throw error;
        const isUnknown = error.message === ruleReasons.unknownCommand;
        if (isUnknown) errors.push(`${place}: Error in applying operation '${error.rule}': ${error.message}. `);
        else if (!isBroken) errors.push(`${place}: ${error.message}. `);
        isBroken ||= !isUnknown;
      }
    }
  } catch (error) {
    if (!(error instanceof UnmatchedParenthesis)) throw error;
    errors.push(`${place}: Unmatched parenthesis in selector definition.`);
  }
  return errors;
}

/** Replaces the file in one step. Rejects with the system's error; the file is then what it was. */
export async function writeAclFile(
  files: Files,
  random: Random,
  path: string,
  users: readonly AclUser[],
): Promise<void> {
  const temporary = `${path}.${Buffer.from(random.bytes(TEMPORARY_NAME_BYTES)).toString('hex')}.tmp`;
  try {
    const file = await files.create(temporary);
    await file.write(Buffer.from(users.map((user) => `${user.describe()}\n`).join(''), 'latin1'));
    await file.close();
    await files.rename(temporary, path);
  } catch (error) {
    await files.remove(temporary).catch(() => {});
    throw error;
  }
}

function systemWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return SYSTEM_WORDS[code] ?? code;
}
