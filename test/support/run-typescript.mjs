// Runs a TypeScript program of this repository: node test/support/run-typescript.mjs <entry.ts> [arguments].
import { pathToFileURL } from 'node:url';
import { bundleEntry } from './bundle.mjs';

const [entry, ...programArguments] = process.argv.slice(2);
if (entry === undefined) throw new Error('usage: run-typescript.mjs <entry.ts> [arguments]');

const program = await bundleEntry(entry);
process.argv = [process.execPath, program, ...programArguments];
process.setSourceMapsEnabled(true);
await import(pathToFileURL(program).href);
