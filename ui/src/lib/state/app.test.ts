import { describe, expect, it } from 'vitest';
import { ManualClock } from '$lib/backend/fake/clock';
import { make_fake } from '$lib/backend/fake';
import { app } from './app.svelte';

describe('the program as the pages see it', () => {
  it('has the zone of its first branch as soon as that was read', async () => {
    const fake = make_fake(new ManualClock(), { scene: 'calm' });
    const desk = await fake.desk();
    app.program = { ...(await fake.program()), zone: 'UTC' };
    const branches = desk.branches.map((branch) => ({ ...branch, zone: '' }));
    app.take({ ...desk, branches });
    expect(app.zone).toBe('UTC');
    app.take({ ...desk, branches: branches.map((branch) => ({ ...branch, zone: 'Asia/Omsk' })) });
    expect(app.zone).toBe('Asia/Omsk');
  });
});
