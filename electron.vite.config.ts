// How the four bundles are built: the shells with the engine worker, the preload, and the page.
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { developmentHostPort, developmentPagePort } from './src-main/launcher/development.ts';
import { pagePolicy } from './src-main/page-policy.ts';

const at = (path: string) => resolve(import.meta.dirname, path);

/** The desktop's page comes from a file and has no headers. Not while developing: reload needs inline scripts. */
const policyInPage = {
  name: 'policy-in-page',
  apply: 'build' as const,
  transformIndexHtml: () => [
    {
      tag: 'meta',
      injectTo: 'head-prepend' as const,
      attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy },
    },
  ],
};

const hostUnderDevelopment = `http://127.0.0.1:${developmentHostPort}`;

export default defineConfig({
  main: {
    build: {
      // The lowest Node that runs any of these entries (the web shell and the CLI), not Electron's own.
      target: 'node20.19',
      outDir: 'out/main',
      sourcemap: true,
      rollupOptions: {
        input: {
          electron: at('src-main/electron/main.ts'),
          cli: at('src-main/cli/main.ts'),
          launcher: at('src-main/launcher/main.ts'),
          'node-worker': at('src-core/nodes/node-worker.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload must be CommonJS and hold all that it needs.
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: at('src-main/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src-renderer'),
    server: {
      host: '127.0.0.1',
      port: developmentPagePort,
      strictPort: true,
      // Without Electron the page under development finds its host, and its cookie, behind the same address.
      proxy: {
        '/host': { target: hostUnderDevelopment, ws: true, changeOrigin: true, rewriteWsOrigin: true },
        '^/\\?token=': { target: hostUnderDevelopment, changeOrigin: true },
      },
    },
    plugins: [react(), policyInPage],
    build: {
      outDir: 'out/renderer',
      // Less to send, to read and to keep: under half of what it is otherwise. The page is one piece, since all of it is wanted.
      minify: true,
      chunkSizeWarningLimit: 2000,
      rollupOptions: { input: at('src-renderer/index.html') },
    },
  },
});
