// The users of a branch, and what ticking some of them as the bot's would do.

import type { BotsPreview, Settings, UserOffer } from '../contract';
import type { FakeDesk } from './desk';

const BOT = 771;
/** More that come right at once wait for a person. */
const BURST = 5;

export const users: UserOffer[] = [
  { id: BOT, name: 'Бот записи', bot: true },
  { id: 801, name: 'Мария', bot: false },
  { id: 802, name: 'Оксана', bot: false },
  { id: 803, name: 'Алексей Константинович Долгоруков-Преображенский', bot: false },
];

export function bots_preview(
  desk: FakeDesk,
  settings: Settings,
  company_id: number,
  user_ids: number[],
): BotsPreview {
  const ticked =
    settings.branches.find((branch) => branch.company_id === company_id)?.integration_user_ids ?? [];
  const added = user_ids.filter((id) => !ticked.includes(id));
  const names = users.filter((user) => added.includes(user.id)).map((user) => user.name.split(' ')[0]);
  const here = [...desk.rows.values(), ...desk.today()].filter((row) => row.company_id === company_id);
  const skipped = new Set(here.filter((row) => row.reason === 'bot').map((row) => row.id));
  const back = ticked.includes(BOT) && !user_ids.includes(BOT) ? skipped.size : 0;
  const open = here.filter((row) => ['queued', 'waiting', 'failed'].includes(row.state));
  return {
    back,
    leaving: back > BURST ? 0 : back,
    withdrawn: open.filter((row) => names.includes(row.made_by)).length,
    remade: 0,
  };
}
