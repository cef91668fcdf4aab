// Started with --import before the built main process: from then on the name `electron` means the stand-in.
import { register } from 'node:module';

const standIn = process.env.ELECTRON_STAND_IN;
if (standIn === undefined) throw new Error('ELECTRON_STAND_IN names the stand-in to load');

const resolveHook = `export const resolve = (specifier, context, next) =>
  specifier === 'electron' ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(specifier, context);`;

register(`data:text/javascript,${encodeURIComponent(resolveHook)}`);
