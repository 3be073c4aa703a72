// The program itself. Each method is one command of the same name, granted by name.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Backend, Desk, Failure, Page } from './contract';

function failure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    return error as Failure;
  }
  return { code: 'internal', message: '', field: '', detail: String(error) };
}

async function ask<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (error) {
    throw failure(error);
  }
}

function hear<T>(event: string, listener: (payload: T) => void): () => void {
  let stopped = false;
  let stop = () => {};
  void listen<T>(event, ({ payload }) => {
    if (!stopped) listener(payload);
  }).then((unlisten) => {
    if (stopped) unlisten();
    else stop = unlisten;
  });
  return () => {
    stopped = true;
    stop();
  };
}

// Tauri writes the names of arguments in camelCase unless the command says otherwise; these say `rename_all = "snake_case"`.
export const tauri: Backend = {
  program: () => ask('program'),
  desk: () => ask('desk'),
  on_desk: (listener) => hear<Desk>('desk', listener),
  on_page: (listener) => hear<Page>('page', listener),
  on_close: (listener) => hear<null>('close', listener),

  send_now: (id, revision) => ask('send_now', { id, revision }),
  cancel: (id, revision) => ask('cancel', { id, revision }),
  extend: (id, revision) => ask('extend', { id, revision }),
  hold: (id, revision) => ask('hold', { id, revision }),
  release: (id, revision) => ask('release', { id, revision }),
  restore: (id) => ask('restore', { id }),
  look_again: (id) => ask('look_again', { id }),
  resolve: (id, word) => ask('resolve', { id, word }),
  resend: (id) => ask('resend', { id }),
  seen: (id) => ask('seen', { id }),
  edit_begin: (id) => ask('edit_begin', { id }),
  edit_draft: (id, text) => ask('edit_draft', { id, text }),
  edit_save: (id, revision, text) => ask('edit_save', { id, revision, text }),
  edit_leave: (id, discard) => ask('edit_leave', { id, discard }),

  pause: (until) => ask('pause', { until }),
  resume: () => ask('resume'),
  poll_now: () => ask('poll_now'),

  list: (query) => ask('list', { query }),
  export_csv: (query) => ask('export_csv', { query }),
  overview: () => ask('overview'),
  stop_of: (id, phone) => ask('stop_of', { id, phone }),
  stop_dismiss: (id) => ask('stop_dismiss', { id }),
  aside_dismiss: (last) => ask('aside_dismiss', { last }),

  diagnostics: () => ask('diagnostics'),
  settings: () => ask('settings'),
  save_settings: (patch) => ask('save_settings', { patch }),
  bots_preview: (company_id, user_ids) => ask('bots_preview', { company_id, user_ids }),
  secrets: () => ask('secrets'),
  secret_set: (name, value) => ask('secret_set', { name, value }),
  secret_remove: (name) => ask('secret_remove', { name }),
  yclients_login: (login, password, code) => ask('yclients_login', { login, password, code }),
  yclients_branches: () => ask('yclients_branches'),
  yclients_users: (company_id) => ask('yclients_users', { company_id }),
  yclients_rights: (company_id) => ask('yclients_rights', { company_id }),
  gateway_check: () => ask('gateway_check'),
  gateway_mend: () => ask('gateway_mend'),
  take_over: () => ask('take_over'),
  gateway_qr: () => ask('gateway_qr'),
  gateway_clear: () => ask('gateway_clear'),
  template_info: () => ask('template_info'),
  template_preview: (template, company_id) => ask('template_preview', { template, company_id }),
  test_message: (phone) => ask('test_message', { phone }),
  first_run_done: () => ask('first_run_done'),

  show_main: (page) => ask('show_main', { page }),
  unsaved: (unsaved) => ask('unsaved', { unsaved }),
  close_main: () => ask('close_main'),
  hide_small: () => ask('hide_small'),

  training: () => ask('training'),
  training_act: (act) => ask('training_act', { act }),
};
