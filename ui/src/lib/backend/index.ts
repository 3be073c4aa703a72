// The program behind the pages: the real one inside the window, an invented one anywhere else.

import type { Backend } from './contract';

export async function open_backend(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauri;
  return (await import('./fake')).from_address(new URLSearchParams(location.search));
}

export type * from './contract';
