import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Drives the built pages in Chromium, under the policy of the window.
export default defineConfig({
  resolve: { alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) } },
  test: {
    include: ['browser/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['browser/serve.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
