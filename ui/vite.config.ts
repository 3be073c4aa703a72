import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// What the window allows its page, word for word; the browser tests run under it.
export const CSP =
  "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export default defineConfig({
  plugins: [svelte()],
  base: './',
  resolve: {
    alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) },
    conditions: ['browser'],
  },
  build: {
    // WebKitGTK 2.42, Safari 17, and every WebView2 that is still updated.
    target: ['es2022', 'safari17'],
    // A font as a data: address would break the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  preview: { host: '127.0.0.1', headers: { 'Content-Security-Policy': CSP } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
