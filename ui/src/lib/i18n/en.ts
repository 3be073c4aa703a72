import { common } from './en/common';
import { lists, overview } from './en/lists';
import { queue } from './en/queue';
import type { Words } from './ru';

export const en = { ...common, lists, overview, queue } satisfies Words;
