// Light or dark on the root element; `system` follows the system while it is chosen.

import type { Theme } from '$lib/backend/contract';

let stop: () => void = () => {};

export function set_theme(theme: Theme): void {
  stop();
  stop = () => {};
  const root = document.documentElement;
  if (theme !== 'system') {
    root.dataset['theme'] = theme;
    return;
  }
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    root.dataset['theme'] = dark.matches ? 'dark' : 'light';
  };
  follow();
  dark.addEventListener('change', follow);
  stop = () => dark.removeEventListener('change', follow);
}
