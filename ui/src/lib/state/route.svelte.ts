// Which page is shown: the address's part after #.

import type { Page } from '$lib/backend/contract';

export type Place = Page | 'training';

export const PAGES: Page[] = ['queue', 'today', 'history', 'overview', 'settings'];

class Route {
  place = $state<Place>('queue');
  /** What follows the page: `#/settings/whatsapp` → `whatsapp`. */
  rest = $state('');
  /** Asked before another address is shown. False keeps this one: something on it is not saved yet. */
  guard: ((wanted: string) => boolean) | null = null;
  #shown = '';

  start(first: Page): () => void {
    if (!location.hash) history.replaceState(null, '', `#/${first}`);
    this.#read();
    addEventListener('hashchange', this.#read);
    return () => removeEventListener('hashchange', this.#read);
  }

  go(place: Place, rest = ''): void {
    location.hash = rest ? `#/${place}/${rest}` : `#/${place}`;
    this.#read();
  }

  #read = () => {
    if (location.hash !== this.#shown && this.#shown !== '' && this.guard?.(location.hash) === false) {
      history.replaceState(null, '', this.#shown);
      return;
    }
    this.#shown = location.hash;
    const [, place = '', ...rest] = location.hash.split('/');
    this.place = [...PAGES, 'training'].includes(place) ? (place as Place) : 'queue';
    this.rest = rest.join('/');
  };
}

export const route = new Route();
