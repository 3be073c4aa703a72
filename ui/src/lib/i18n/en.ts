import { common } from './en/common';
import { first_run } from './en/first_run';
import { lists, overview } from './en/lists';
import { queue } from './en/queue';
import { settings } from './en/settings';
import { training } from './en/training';
import type { Words } from './ru';

export const en = { ...common, lists, overview, queue, settings, first_run, training } satisfies Words;
