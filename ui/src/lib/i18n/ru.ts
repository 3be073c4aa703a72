// Every word of the window in Russian: the source. English has the same keys (words.test.ts).

import { common } from './ru/common';
import { first_run } from './ru/first_run';
import { lists, overview } from './ru/lists';
import { queue } from './ru/queue';
import { settings } from './ru/settings';
import { training } from './ru/training';

export const ru = { ...common, lists, overview, queue, settings, first_run, training };

export type Words = typeof ru;
