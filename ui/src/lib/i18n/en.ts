import { common } from './en/common';
import { queue } from './en/queue';
import type { Words } from './ru';

export const en = { ...common, queue } satisfies Words;
