// The test projects: unit runs in parallel; interop and journeys, which own real servers, one file after another.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { whyNoReleases } from './test/support/releases.ts';

/** Many times what any takes on a quiet machine: CI shares its cores with others. */
const unitTimeoutMs = 60_000;
const simulationTimeoutMs = 60_000;
const interopTimeoutMs = 480_000;
const journeyTimeoutMs = 480_000;
const houseTimeoutMs = 120_000;

export default defineConfig({
  test: {
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: ['test/unit/renderer/**'],
          testTimeout: unitTimeoutMs,
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: {
          name: 'unit-renderer',
          include: ['test/unit/renderer/**/*.test.{ts,tsx}'],
          environment: 'happy-dom',
          setupFiles: 'test/unit/renderer/support/patient-screen.ts',
          testTimeout: unitTimeoutMs,
        },
      },
      {
        extends: true,
        test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], testTimeout: simulationTimeoutMs },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          // What needs other releases of the servers; the run says when it is left out.
          exclude: whyNoReleases() === null ? [] : ['test/interop/releases/**'],
          globalSetup: 'test/support/bundle-node-worker.ts',
          fileParallelism: false,
          testTimeout: interopTimeoutMs,
          hookTimeout: interopTimeoutMs,
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: journeyTimeoutMs,
          hookTimeout: journeyTimeoutMs,
        },
      },
      {
        extends: true,
        test: { name: 'house', include: ['test/house/**/*.test.ts'], testTimeout: houseTimeoutMs },
      },
    ],
  },
});
