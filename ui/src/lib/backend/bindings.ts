// Made from the window's Rust types by `cargo test -p booking-monitor-window`; not to be edited.
// To make it anew: BOOKING_MONITOR_WRITE_BINDINGS=1 cargo test -p booking-monitor-window bindings

export type State = "queued" | "sending" | "waiting" | "unknown" | "failed" | "accepted" | "delivered" | "read" | "undelivered" | "cancelled" | "expired" | "skipped";

/**
 * What can be done with a row now. The engine decides; the screen draws a button for each.
 */
export type Act = "send_now" | "edit" | "cancel" | "extend" | "hold" | "release" | "restore" | "look_again" | "arrived" | "again" | "drop" | "resend" | "seen";

export type Language = "ru" | "en";

export type Theme = "system" | "light" | "dark";

export type Page = "queue" | "today" | "history" | "overview" | "settings";

export type SecretName = "yclients.partner-token" | "yclients.user-token" | "green-api.token";

/**
 * Why something was refused. Every code has a text in both languages.
 */
export type ErrorCode = "stale" | "too_late" | "not_now" | "missing" | "opted_out" | "cancelled_in_yclients" | "bots_own" | "visit_begun" | "no_phone" | "empty_text" | "text_too_long" | "settings" | "secret_rejected" | "second_factor" | "keyring" | "yclients" | "gateway" | "storage" | "phone" | "template" | "not_set_up" | "window" | "internal";

/**
 * Every command that fails, fails with this. `message`: what happened, what it means for the client, what to do.
 */
export type Failure = { code: ErrorCode, message: string, 
/**
 * The settings' field or secret it is about, such as `poll_interval_ms`; else empty.
 */
field: string, 
/**
 * What exactly happened, in English: the small print.
 */
detail: string, };

export type Visit = { booking_id: number, starts_at: string, master: string, services: Array<string>, 
/**
 * No longer part of the message: cancelled, begun or the bot's.
 */
dropped: boolean, };

export type Editor = { by: string, until: string, mine: boolean, };

/**
 * One message.
 */
export type Row = { id: number, kind: 'confirmation' | 'test', copy: number, state: State, 
/**
 * One of the engine's reasons, such as `late`; empty when there is none.
 */
reason: string, 
/**
 * The reason in a sentence, with what happens next or what to do; empty when nothing needs explaining.
 */
why: string, held: boolean, 
/**
 * A person said that it may go.
 */
released: boolean, 
/**
 * Who has the editor open, until when; null when nobody.
 */
editor: Editor | null, 
/**
 * E.164, such as +79161234567, or empty.
 */
phone: string, 
/**
 * As people write it: +7 916 123-45-67.
 */
phone_shown: string, client: string, 
/**
 * This number was never written to before.
 */
new_number: boolean, company_id: number, branch: string, 
/**
 * IANA zone of the branch: every date about the visit is shown in it.
 */
zone: string, starts_at: string, visits: Array<Visit>, 
/**
 * Who wrote the booking: a name where it is known, else the user's number as text; empty when unknown.
 */
made_by: string, booked_at: string | null, enqueued_at: string, 
/**
 * When it goes out by itself.
 */
due_at: string, 
/**
 * Length of the whole window in milliseconds, for the thin bar: left / `window_ms`. 0 when none.
 */
window_ms: number, next_try_at: string | null, text: string, 
/**
 * Whose words the text is; empty when the program made it.
 */
edited_by: string, 
/**
 * What the program would write now, beside a person's text that no longer fits.
 */
proposed_text: string | null, 
/**
 * An unsaved edit.
 */
draft: string | null, revision: number, 
/**
 * A cancel came too late to be certain; should it certainly not have gone out, it ends cancelled.
 */
cancel_asked: boolean, claimed_at: string | null, accepted_at: string | null, delivered_at: string | null, read_at: string | null, finished_at: string | null, changed_after_sent: '' | 'moved' | 'changed' | 'cancelled', acts: Array<Act>, };

/**
 * A thing that needs a person, or time.
 */
export type Fault = { 
/**
 * `branch:962302`, `gateway`, `keyring`, `storage`, `owner`, `settings`.
 */
subject: string, code: string, what: string, means: string, do_next: string, detail: string, since: string | null, 
/**
 * Whose name to show: the branch's title, or empty.
 */
title: string, 
/**
 * Passes by itself; shown calmly.
 */
passing: boolean, };

export type Branch = { company_id: number, title: string, zone: string, baseline_at: string | null, 
/**
 * How many bookings were there already: nobody is written to about them.
 */
baseline_count: number, last_poll_at: string | null, next_poll_at: string | null, 
/**
 * The fast feed misses bookings here, so everything is read at each poll.
 */
truth_only: boolean, stopped: boolean, };

/**
 * `until` null: until resumed.
 */
export type Pause = { since: string, until: string | null, };

export type Gateway = { 
/**
 * Such as `green-api:1103000001`; empty until it is set up.
 */
instance: string, 
/**
 * As last told; empty when it was never asked.
 */
state: string, ready: boolean, state_at: string | null, };

export type Counts = { queued: number, waiting: number, sent_today: number, delivered_today: number, undelivered_today: number, skipped_today: number, };

/**
 * Everything the queue's screen, the small window and the banner draw. Told whole after every change.
 */
export type Desk = { 
/**
 * The program's clock when this was read: countdowns are drawn from it, not from the page's clock.
 */
now: string, 
/**
 * A process polls and sends. False: nothing goes out until the program is started.
 */
working: boolean, enabled: boolean, pause: Pause | null, 
/**
 * Open rows by their time, and those cancelled in the last ten seconds.
 */
rows: Array<Row>, 
/**
 * Sent, and the booking changed since: a person may write again.
 */
changed_after_sent: Array<Row>, faults: Array<Fault>, branches: Array<Branch>, gateway: Gateway, last_poll_at: string | null, next_poll_at: string | null, 
/**
 * The last message that was seen on a client's phone, for «Всё отправлено».
 */
last_delivered_at: string | null, last_delivered_to: string, counts: Counts, set_up: boolean, };

export type ListFilter = "all" | "sent" | "delivered" | "read" | "undelivered" | "not_sent" | "skipped" | "call";

export type ListQuery = { 
/**
 * First and last day, `2026-08-14`, both included, by the desk's zone.
 */
from: string, to: string, filter: ListFilter, 
/**
 * A part of the name, of the number, or its last four digits. Empty: all.
 */
search: string, 
/**
 * The `next` of the page before; null for the first.
 */
after: string | null, 
/**
 * At most 200.
 */
limit: number, };

/**
 * Newest first.
 */
export type ListPage = { rows: Array<Row>, 
/**
 * How many fit the query, all pages together.
 */
total: number, 
/**
 * Where the next page begins; null after the last.
 */
next: string | null, };

export type DayTally = { day: string, sent: number, delivered: number, undelivered: number, };

/**
 * Somebody who may have written it.
 */
export type LikelyClient = { phone: string, client: string, 
/**
 * When they were last written to.
 */
told_at: string, };

/**
 * What a client wrote that may mean "stop", and only a person can decide about.
 */
export type StopWish = { id: number, at: string, 
/**
 * The word itself, from a chat that hides its number; else a text that merely contains it.
 */
sure: boolean, 
/**
 * Empty where the chat hides it.
 */
phone: string, text: string, 
/**
 * The latest written to first.
 */
likely: Array<LikelyClient>, };

export type Overview = { 
/**
 * Today by the desk's zone, such as `2026-08-14`.
 */
today: string, sent: number, delivered: number, read: number, undelivered: number, needs_you: number, skipped: number, 
/**
 * Fourteen days, oldest first, today last.
 */
days: Array<DayTally>, 
/**
 * Age in seconds of the oldest row that should have gone out already; 0 when none.
 */
queue_age_s: number, requests_waiting: number, 
/**
 * The oldest first.
 */
stops: Array<StopWish>, 
/**
 * What came from the gateway and could not be worked through, by its word and count; empty when nothing.
 */
aside: string, 
/**
 * The last of them, for `aside_dismiss`: what comes meanwhile was not shown.
 */
aside_last: number, };

export type Manual = "manual";

/**
 * `manual`: every message waits for a person. Else milliseconds, 0 … 1 800 000.
 */
export type Delay = number | Manual;

export type BranchSettings = { company_id: number, title: string, integration_user_ids: Array<number>, 
/**
 * Two letters; empty: found from the branch itself.
 */
phone_region: string, 
/**
 * null: what holds for all.
 */
notification_delay_ms: Delay | null, 
/**
 * null: what holds for all; '' the built-in one.
 */
template: string | null, 
/**
 * null: what holds for all; '' none here.
 */
quiet_hours: string | null, min_lead_minutes: number | null, };

export type Settings = { enabled: boolean, poll_interval_ms: number, notification_delay_ms: Delay, language: Language, 
/**
 * `21:00-09:00`, or empty.
 */
quiet_hours: string, min_lead_minutes: number, 
/**
 * More new messages of one branch than this within a minute wait for a person; 0: never.
 */
burst: number, 
/**
 * Empty: the built-in one.
 */
template: string, 
/**
 * `none`, `system` or an address: the way to YClients, and to WhatsApp unless it has its own.
 */
proxy: string, yclients_base_url: string, request_gap_ms: number, whatsapp_base_url: string, instance_id: string, send_gap_ms: number, 
/**
 * The account's own way; empty: the same as to YClients.
 */
whatsapp_proxy: string, branches: Array<BranchSettings>, theme: Theme, small_window: boolean, 
/**
 * Banners may show names and times.
 */
names_in_banners: boolean, autostart: boolean, 
/**
 * Keys that the environment decides, such as `poll_interval_ms`: shown, not editable.
 */
from_environment: Array<string>, 
/**
 * Set when the file on the disk is broken; the program goes on with the last good settings.
 */
file_error: string, file_path: string, };

/**
 * Only what changes. Refused whole, with `field`, when one value is not allowed; nothing is saved then.
 */
export type SettingsPatch = { enabled?: boolean, poll_interval_ms?: number, notification_delay_ms?: Delay, language?: Language, quiet_hours?: string, min_lead_minutes?: number, burst?: number, template?: string, proxy?: string, yclients_base_url?: string, request_gap_ms?: number, whatsapp_base_url?: string, instance_id?: string, send_gap_ms?: number, whatsapp_proxy?: string, theme?: Theme, small_window?: boolean, names_in_banners?: boolean, autostart?: boolean, 
/**
 * Adds the branch, or replaces what is said about it. Its title is not kept: YClients says it.
 */
put_branch?: BranchSettings, remove_branch?: number, };

/**
 * What another choice of a branch's bot users would do to messages that are not sent.
 */
export type BotsPreview = { 
/**
 * Kept back as the bot's, and worth a message then.
 */
back: number, 
/**
 * Of these, what would leave by itself; the others wait for a person or come back as they were.
 */
leaving: number, 
/**
 * Not sent yet, and the bot's then: they do not go.
 */
withdrawn: number, 
/**
 * About several visits, and made anew with more of them or fewer.
 */
remade: number, };

/**
 * Whether something is stored, by the secret's name.
 */
export type Stored = Record<SecretName, boolean>;

export type Secrets = { 
/**
 * Whether something is stored; values are never read back.
 */
stored: Stored, 
/**
 * Why the keyring cannot be used; empty when it can.
 */
trouble: string, };

/**
 * The code that was sent, and the step it answers.
 */
export type LoginCode = { uuid: string, secret: string, };

export type LoginAnswer = { "step": "done" } | { "step": "code", uuid: string, recipient: string, attempts_left: number | null, ttl_s: number | null, };

export type BranchOffer = { company_id: number, title: string, address: string, active: boolean, chosen: boolean, };

export type UserOffer = { id: number, name: string, bot: boolean, };

/**
 * A right missing in YClients, in words, and where to give it.
 */
export type MissingRight = { code: string, message: string, };

export type GatewayCheck = { state: string, 
/**
 * The state in a sentence.
 */
what: string, ready: boolean, 
/**
 * Own number of the account, as people write it; empty when unknown.
 */
phone: string, 
/**
 * Settings of the instance that must be changed, in words. `gateway_mend` sets them.
 */
missing: Array<string>, 
/**
 * Another Booking Monitor writes for the shop, in words; else empty. `take_over` ends that.
 */
another: string, 
/**
 * What no button mends, in words: an account of another channel, a pause that makes messages late.
 */
notes: Array<string>, };

/**
 * `code`: a PNG in base64, good for 20 s.
 */
export type QrAnswer = { "kind": "code", png: string, } | { "kind": "linked" } | { "kind": "not_yet", message: string, };

export type Placeholder = { name: string, meaning: string, example: string, };

export type TemplateInfo = { built_in: string, placeholders: Array<Placeholder>, };

export type Preview = { text: string, 
/**
 * The booking it was made from, or '' for an invented one.
 */
about: string, };

/**
 * A person's word on a message of unknown outcome.
 */
export type Resolution = "arrived" | "again" | "drop";

export type Program = { version: string, data_dir: string, language: Language, theme: Theme, 
/**
 * Training: the simulator, a throw-away directory, nothing leaves the computer.
 */
training: boolean, 
/**
 * The small window rather than the main one.
 */
small: boolean, page: Page, 
/**
 * Needs the first-run walk.
 */
first_run: boolean, 
/**
 * IANA zone of the desk: the first branch's, else UTC before any branch is known.
 */
zone: string, text_limit: number, };

export type Visitor = "new" | "same_client" | "two_services" | "no_phone" | "online";

export type TrainingAct = { "kind": "book", who: Visitor, } | { "kind": "move" } | { "kind": "cancel" } | { "kind": "delete" } | { "kind": "yclients_offline", on: boolean, } | { "kind": "gateway_offline", on: boolean, } | { "kind": "lose_next_answer" } | { "kind": "unlink_phone", on: boolean, } | { "kind": "auto", on: boolean, };

export type TrainingPhone = { phone: string, text: string, at: string, status: string, };

export type TrainingBooking = { id: number, client: string, starts_at: string, deleted: boolean, };

export type Training = { yclients_offline: boolean, gateway_offline: boolean, unlinked: boolean, auto: boolean, 
/**
 * What clients' phones show, newest first.
 */
phones: Array<TrainingPhone>, bookings: Array<TrainingBooking>, };
