// A library of functions (FUNCTION LOAD): its source, which is kept and passed on and never run, and what it says of itself.
//
//   source = "#!lua name=" name newline code

/** What a call of `redis.register_function` in the source says. */
interface RegisteredFunction {
  readonly name: string;
  readonly description: string | null;
  readonly flags: readonly string[];
}

export interface FunctionLibrary {
  readonly name: string;
  readonly source: Buffer;
  /** As far as the source names them by plain texts. */
  readonly functions: readonly RegisteredFunction[];
}

/** Why a source is no library, in Redis's words. */
export class FunctionLibraryError extends Error {}

/** @throws FunctionLibraryError */
export function readLibrary(source: Buffer): FunctionLibrary {
  const text = source.latin1Slice();
  if (!text.startsWith('#!')) throw new FunctionLibraryError('Missing library metadata');
  const lineEnd = text.indexOf('\n');
  if (lineEnd === -1) throw new FunctionLibraryError('Invalid library metadata');
  const [engine = '', ...fields] = text.slice(2, lineEnd).trim().split(/\s+/);
  let name: string | null = null;
  for (const field of fields) {
    if (!/^name=/i.test(field)) throw new FunctionLibraryError(`Invalid metadata value given: ${field}`);
    if (name !== null) {
      throw new FunctionLibraryError('Invalid metadata value, name argument was given multiple times');
    }
    name = field.slice('name='.length).replace(/^(["'])(.*)\1$/, '$2');
  }
  if (name === null) throw new FunctionLibraryError('Library name was not given');
  if (!/^\w+$/.test(name)) {
    throw new FunctionLibraryError(
      'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long',
    );
  }
  if (engine.toLowerCase() !== 'lua') throw new FunctionLibraryError(`Engine '${engine}' not found`);
  return { name, source, functions: registeredFunctions(text.slice(lineEnd + 1)) };
}

const CALL = /\bregister_function\s*(?:\(\s*)?(?:(["'])([^"'\n]+)\1|\{)/g;

/** Found by their look, since nothing is run: a name that the code puts together stays unknown. */
function registeredFunctions(code: string): RegisteredFunction[] {
  const found: RegisteredFunction[] = [];
  for (const call of code.matchAll(CALL)) {
    const rest = code.slice(call.index, nextCall(code, call.index + 1));
    if (call[2] !== undefined) found.push({ name: call[2], description: null, flags: [] });
    else {
      const name = fieldOf(rest, 'function_name');
      const flags = /\bflags\s*=\s*\{([^}]*)\}/.exec(rest)?.[1] ?? '';
      const named = [...flags.matchAll(/["']([\w-]+)["']/g)].map(([, flag = '']) => flag);
      if (name !== null) found.push({ name, description: fieldOf(rest, 'description'), flags: named });
    }
  }
  return found;
}

function nextCall(code: string, from: number): number {
  const next = code.indexOf('register_function', from + 'register_function'.length);
  return next === -1 ? code.length : next;
}

function fieldOf(table: string, field: string): string | null {
  return new RegExp(`\\b${field}\\s*=\\s*(["'])((?:(?!\\1).)*)\\1`).exec(table)?.[2] ?? null;
}
