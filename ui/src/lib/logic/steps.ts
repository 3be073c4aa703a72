// The first run: which steps there are, which are done, and where to go on.

export const STEPS = ['language', 'yclients', 'branches', 'whatsapp', 'message', 'test', 'done'] as const;
export type Step = (typeof STEPS)[number];

/** What is known of the set-up so far. */
export interface Facts {
  partner_token: boolean;
  user_token: boolean;
  branches: number;
  instance: boolean;
  gateway_token: boolean;
  linked: boolean;
  /** The person has looked through this step during the walk. */
  message_seen: boolean;
  /** A test message was handed over. */
  tested: boolean;
}

/** What this step is for has been reached. */
export function is_done(step: Step, facts: Facts): boolean {
  switch (step) {
    case 'language':
      return facts.partner_token || facts.user_token || facts.branches > 0 || facts.gateway_token;
    case 'yclients':
      return facts.partner_token && facts.user_token;
    case 'branches':
      return facts.branches > 0;
    case 'whatsapp':
      return facts.instance && facts.gateway_token && facts.linked;
    case 'message':
      return facts.message_seen;
    case 'test':
      return facts.tested;
    case 'done':
      return false;
  }
}

/** The test may be put off; nothing else that the monitor cannot work without. */
export function may_pass(step: Step, facts: Facts): boolean {
  return step === 'language' || step === 'message' || step === 'test' || is_done(step, facts);
}

/** How far one may jump: up to the first step that is not passed. */
export function reachable(step: Step, facts: Facts): boolean {
  for (const each of STEPS) {
    if (each === step) return true;
    if (!may_pass(each, facts)) return false;
  }
  return false;
}

/** Where a walk that was left goes on. */
export function resume_at(facts: Facts): Step {
  return STEPS.find((step) => !is_done(step, facts)) ?? 'done';
}

export function next(step: Step): Step {
  return STEPS[STEPS.indexOf(step) + 1] ?? 'done';
}

export function previous(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}
