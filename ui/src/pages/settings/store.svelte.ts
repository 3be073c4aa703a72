// The settings and what is stored of the secrets, as the settings' pages and the first run share them.

import type { BranchSettings, Failure, Secrets, Settings, SettingsPatch } from '$lib/backend/contract';
import { app, as_failure } from '$lib/state/app.svelte';

/** The variables that may decide a value from outside. */
const VARIABLES: Record<string, string> = {
  enabled: 'BOOKING_MONITOR_ENABLED',
  poll_interval_ms: 'BOOKING_MONITOR_INTERVAL',
  notification_delay_ms: 'BOOKING_NOTIFICATION_DELAY',
};

class Store {
  settings = $state.raw<Settings | null>(null);
  secrets = $state.raw<Secrets | null>(null);
  failure = $state.raw<Failure | null>(null);

  async read(): Promise<void> {
    try {
      const [settings, secrets] = await Promise.all([app.backend.settings(), app.backend.secrets()]);
      this.settings = settings;
      this.secrets = secrets;
      this.failure = null;
    } catch (error) {
      this.failure = as_failure(error);
    }
  }

  /** Null when it is saved; else why it was refused, with nothing saved. */
  async save(patch: SettingsPatch): Promise<Failure | null> {
    try {
      this.settings = await app.backend.save_settings(patch);
      if (patch.language || patch.theme) await app.read_program();
      return null;
    } catch (error) {
      return as_failure(error);
    }
  }

  branch(company_id: number): BranchSettings | null {
    return this.settings?.branches.find((each) => each.company_id === company_id) ?? null;
  }

  /** The variable that decides this value, or empty when the settings do. */
  outside(key: keyof Settings): string {
    return this.settings?.from_environment.includes(key) ? (VARIABLES[key] ?? key) : '';
  }
}

export const store = new Store();

/** A branch that was just picked: all as for all. */
export function new_branch(company_id: number, title: string): BranchSettings {
  return {
    company_id,
    title,
    integration_user_ids: [],
    phone_region: '',
    notification_delay_ms: null,
    template: null,
    quiet_hours: null,
    min_lead_minutes: null,
  };
}
