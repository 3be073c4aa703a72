// Which page is shown: the address's part after #.

import type { Page } from '$lib/backend/contract';

export type Place = Page | 'training';

export const PAGES: Page[] = ['queue', 'today', 'history', 'overview', 'settings'];

class Route {
  place = $state<Place>('queue');
  /** What follows the page: `#/settings/whatsapp` → `whatsapp`. */
  rest = $state('');

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
    const [, place = '', ...rest] = location.hash.split('/');
    this.place = [...PAGES, 'training'].includes(place) ? (place as Place) : 'queue';
    this.rest = rest.join('/');
  };
}

export const route = new Route();
