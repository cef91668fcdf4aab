// Builds the worker that an embedded node runs in, once for a test run, and tells the tests where it lies.
import { pathToFileURL } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundleEntry } from './bundle.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL to start an embedded node's worker from: `inject('nodeWorkerUrl')`. */
    nodeWorkerUrl: string;
  }
}

const workerEntry = 'src-core/nodes/node-worker.ts';

/** Vitest's global set-up: Vite's own worker imports do not exist under test, so the same entry is bundled here. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('nodeWorkerUrl', pathToFileURL(await bundleEntry(workerEntry)).href);
  project.onTestsRerun(async () => {
    await bundleEntry(workerEntry);
  });
}
