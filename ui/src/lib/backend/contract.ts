// What the window asks of the program and is told.
//
// The types are made from the window's own, in Rust (src-tauri/src/contract); a test keeps the two
// equal, and another the names below and the commands there are.
//
// Instants are RFC 3339 text in UTC. Texts that explain (why, what, means, do_next, message)
// come in the language of the settings and are drawn as they are. `null` means "not yet" or "none".

import type {
  BotsPreview,
  BranchOffer,
  Desk,
  GatewayCheck,
  ListPage,
  ListQuery,
  LoginAnswer,
  MissingRight,
  Overview,
  Page,
  Preview,
  Program,
  QrAnswer,
  Row,
  SecretName,
  Secrets,
  Settings,
  SettingsPatch,
  TemplateInfo,
  Training,
  TrainingAct,
  UserOffer,
} from './bindings';

export type * from './bindings';

/** Each method is one command of the window, granted by name; each rejects with a `Failure`. */
export interface Backend {
  program(): Promise<Program>;
  desk(): Promise<Desk>;
  /** Told after every commit, by whichever process, with the whole desk. Returns how to stop listening. */
  on_desk(listener: (desk: Desk) => void): () => void;
  /** Told which page to show, when another process asks. */
  on_page(listener: (page: Page) => void): () => void;
  /** The window's cross was clicked while something is not saved. */
  on_close(listener: () => void): () => void;

  // `revision`: what the person saw; the act is refused as `stale` when it changed meanwhile.
  send_now(id: number, revision: number): Promise<Row>;
  cancel(id: number, revision: number): Promise<Row>;
  /** One more minute. */
  extend(id: number, revision: number): Promise<Row>;
  hold(id: number, revision: number): Promise<Row>;
  release(id: number, revision: number): Promise<Row>;
  restore(id: number): Promise<Row>;
  /** Asks that a booking be read again which YClients had as cancelled; the row comes back once it stands. */
  look_again(id: number): Promise<Row>;
  resolve(id: number, word: 'arrived' | 'again' | 'drop'): Promise<Row>;
  /** A new message about the same visits, made from the bookings as they are now. */
  resend(id: number): Promise<Row>;
  /** The change after sending needs nothing more. */
  seen(id: number): Promise<void>;
  /** Opens the editor, or renews its hold; every 10 s while it is open. */
  edit_begin(id: number): Promise<Row>;
  /** Keeps what is typed, through a crash. */
  edit_draft(id: number, text: string): Promise<void>;
  edit_save(id: number, revision: number, text: string): Promise<Row>;
  /** Leaves the editor; with `discard` the draft goes too. */
  edit_leave(id: number, discard: boolean): Promise<Row>;

  /** null: until resumed. */
  pause(until: string | null): Promise<void>;
  resume(): Promise<void>;
  poll_now(): Promise<void>;

  list(query: ListQuery): Promise<ListPage>;
  /** Writes the rows of a query as CSV into the person's downloads; answers with the file's path. */
  export_csv(query: ListQuery): Promise<string>;
  overview(): Promise<Overview>;
  /** Whose "stop" it is: that number hears nothing any more. */
  stop_of(id: number, phone: string): Promise<Overview>;
  /** It is no wish: nothing follows from it. */
  stop_dismiss(id: number): Promise<Overview>;
  /** What could not be worked through is seen, up to the `aside_last` that was shown; it is kept as it came. */
  aside_dismiss(last: number): Promise<Overview>;

  /** Writes the file for support into the person's downloads; answers with the file's path. */
  diagnostics(): Promise<string>;
  settings(): Promise<Settings>;
  save_settings(patch: SettingsPatch): Promise<Settings>;
  /** What these bot users of a branch, and no others, would do to messages that are not sent. Saves nothing. */
  bots_preview(company_id: number, user_ids: number[]): Promise<BotsPreview>;
  secrets(): Promise<Secrets>;
  /** Tried against the service before it is stored; the old one is kept when it is not accepted. */
  secret_set(name: SecretName, value: string): Promise<Secrets>;
  secret_remove(name: SecretName): Promise<Secrets>;
  yclients_login(login: string, password: string, code: { uuid: string; secret: string } | null): Promise<LoginAnswer>;
  yclients_branches(): Promise<BranchOffer[]>;
  yclients_users(company_id: number): Promise<UserOffer[]>;
  yclients_rights(company_id: number): Promise<MissingRight[]>;
  gateway_check(): Promise<GatewayCheck>;
  gateway_mend(): Promise<GatewayCheck>;
  /** This installation alone writes for the shop from now on. */
  take_over(): Promise<void>;
  gateway_qr(): Promise<QrAnswer>;
  /** Throws away what lies in the gateway's own queue; how many messages that were. */
  gateway_clear(): Promise<number>;
  template_info(): Promise<TemplateInfo>;
  /** A preview on a real booking of the branch, or on an invented one; fails with `template`. */
  template_preview(template: string, company_id: number | null): Promise<Preview>;
  test_message(phone: string): Promise<Row>;
  first_run_done(): Promise<void>;

  show_main(page: Page): Promise<void>;
  /** Something on the page is changed and not saved: the window's cross asks the page first, once. */
  unsaved(unsaved: boolean): Promise<void>;
  close_main(): Promise<void>;
  /** The small window asks to go (it comes again with the next message). */
  hide_small(): Promise<void>;

  training(): Promise<Training>;
  training_act(act: TrainingAct): Promise<Training>;
}
