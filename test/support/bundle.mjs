// Bundles a TypeScript entry of this repository into one file that any supported Node can run.
import { join, parse } from 'node:path';
import { rolldown } from 'rolldown';

const isPackage = (/** @type {string} */ id) => /^[^./#]/.test(id) && !/^[a-zA-Z]:[\\/]/.test(id);

/**
 * Packages stay imports and are found in node_modules; our own files become part of the bundle.
 * @param {string} entry path from the repository's root
 * @returns {Promise<string>} absolute path of the bundle
 */
export async function bundleEntry(entry) {
  const file = join(process.cwd(), 'node_modules', '.cache', 'syncline', `${parse(entry).name}.mjs`);
  const build = await rolldown({
    input: entry,
    platform: 'node',
    external: (id) => id !== entry && isPackage(id),
    transform: { target: 'node20.19' },
  });
  try {
    await build.write({ file, format: 'esm', sourcemap: true, codeSplitting: false });
  } finally {
    await build.close();
  }
  return file;
}
