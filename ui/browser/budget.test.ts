import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const files = readdirSync(DIST, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());

it('all of the window weighs under 260 kB gzipped, fonts and the invented program included', () => {
  let total = 0;
  for (const file of files) total += gzipSync(readFileSync(`${file.parentPath}/${file.name}`)).length;
  console.info(`The window's pages: ${Math.round(total / 1000)} kB gzipped.`);
  expect(total).toBeLessThan(260_000);
});

it('the page has no inline script or style, and asks nobody outside', () => {
  const html = readFileSync(`${DIST}index.html`, 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|https?:\/\//u);
});

it('no component writes HTML from text', () => {
  const src = fileURLToPath(new URL('../src/', import.meta.url));
  for (const file of readdirSync(src, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/\.(?:svelte|ts)$/u.test(file.name)) continue;
    expect(readFileSync(`${file.parentPath}/${file.name}`, 'utf8'), file.name).not.toMatch(
      /\{@html|innerHTML|outerHTML =|insertAdjacentHTML/u,
    );
  }
});
