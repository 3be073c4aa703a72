// Every word of the window in Russian: the source. English has the same keys (words.test.ts).

import { common } from './ru/common';
import { lists, overview } from './ru/lists';
import { queue } from './ru/queue';

export const ru = { ...common, lists, overview, queue };

export type Words = typeof ru;
