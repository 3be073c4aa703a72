// Serves ui/dist on loopback with the policy of the window, for as long as the tests run.

import type { TestProject } from 'vitest/node';
import { preview } from 'vite';

declare module 'vitest' {
  export interface ProvidedContext {
    address: string;
  }
}

export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const server = await preview({ preview: { port: 0, host: '127.0.0.1' }, logLevel: 'warn' });
  const at = server.httpServer.address();
  if (at === null || typeof at === 'string') throw new Error('no address');
  project.provide('address', `http://127.0.0.1:${at.port}/`);
  return () => server.close();
}
