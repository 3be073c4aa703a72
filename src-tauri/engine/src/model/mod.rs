//! A model of the whole desk: stories of what people, clients, YClients, the
//! gateway, the clocks and the power do, told to the real engine, beside a naive
//! reference that only remembers what was said and seen.
//!
//! Everything but the world is the program's own: monitor, sender, follower and
//! desk on a database in a file, with a second process on the same file. Time is
//! paused. `PROPTEST_CASES` says how many stories; what was found once is told
//! again from `proptest-regressions/model.txt`.

mod actions;
mod bookings;
mod changes;
mod claims;
mod crowds;
mod evidence;
mod history;
mod invariants;
mod people;
mod reasons;
mod reference;
mod scenes;
mod stories;
mod world;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use actions::{Act, Setting, Step};
use reference::Span;
use scenes::story;
use world::World;

use crate::desk::{Desk, End};
use crate::fakes::COMPANY;
use crate::monitor::known;

/// So many stories, unless `PROPTEST_CASES` says otherwise: half a minute of one core.
const CASES: u32 = 48;

/// The owner's process, and the power switch.
struct Process {
    world: Arc<World>,
    running: Option<(JoinHandle<()>, watch::Sender<bool>)>,
}

/// As the resident process does: start, run, run again with new settings, leave.
async fn keep_the_desk(world: Arc<World>, stop: watch::Receiver<bool>) {
    let settings = world.inner().settings.clone();
    let mut desk = Desk::start(world.open(), &settings, world.clone()).unwrap();
    world.listen(desk.witness());
    loop {
        let settings = Arc::new(world.inner().settings.clone());
        if desk.run(settings, world.ports(), stop.clone()).await == End::Stopped {
            break;
        }
    }
    desk.leave().unwrap();
}

impl Process {
    fn start(&mut self) {
        let (stop, stopped) = watch::channel(false);
        self.running = Some((tokio::spawn(keep_the_desk(self.world.clone(), stopped)), stop));
    }

    async fn kill(&mut self) {
        if let Some((desk, _)) = self.running.take() {
            desk.abort();
            let end = desk.await;
            assert!(end.is_ok() || end.is_err_and(|error| error.is_cancelled()), "the desk panicked");
        }
    }

    async fn close(&mut self) {
        if let Some((mut desk, stop)) = self.running.take() {
            stop.send(true).unwrap();
            tokio::select! {
                end = &mut desk => end.unwrap(),
                () = self.world.kill.notified() => {
                    desk.abort();
                    _ = desk.await;
                }
            }
        }
    }

    /// Time passes; who dies in it is started again.
    async fn pass(&mut self, milliseconds: u64) {
        let end = tokio::time::Instant::now() + Duration::from_millis(milliseconds);
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(end) => return,
                () = self.world.kill.notified() => {
                    self.kill().await;
                    self.start();
                }
            }
        }
    }

    fn set_clock(&self, seconds: i64) {
        if seconds == 0 {
            return;
        }
        let mut inner = self.world.inner();
        inner.wall += TimeDelta::seconds(seconds);
        inner.skew += TimeDelta::seconds(seconds);
        inner.reference.clock_was_set = true;
        // What came due in a pause by a clock that was set meanwhile, nobody can say.
        inner.reference.pausing = None;
    }

    async fn step(&mut self, step: &Step) {
        let from = self.world.server_time();
        match step {
            Step::Do(act) => people::perform(&self.world, act),
            Step::At(point, act) => self.world.inner().hooks.push((*point, Some(act.clone()))),
            Step::Pass(milliseconds) => self.pass((*milliseconds).into()).await,
            Step::Crash(seconds) => {
                self.kill().await;
                self.world.sleep(*seconds);
                self.start();
            }
            Step::CrashAt(point) => self.world.inner().hooks.push((*point, None)),
            Step::Close(seconds, set) => {
                self.close().await;
                self.world.sleep(*seconds);
                self.set_clock((*set).into());
                self.start();
            }
            Step::Sleep(seconds) => self.world.sleep(*seconds),
            Step::SetClock(seconds) => self.set_clock((*seconds).into()),
        }
        self.remember_since(from);
    }

    /// Whatever the audit has got since was written between then and now.
    fn remember_since(&self, from: DateTime<Utc>) {
        let up_to = self.world.window.last_event().unwrap();
        let until = self.world.server_time();
        self.world.inner().reference.spans.push(Span { up_to, from, until });
    }

    /// Everything works again, and nobody does anything for a while.
    async fn settle(&mut self) {
        let from = self.world.server_time();
        {
            let mut inner = self.world.inner();
            inner.hooks.clear();
            inner.fates.clear();
            inner.yclients_down = false;
            inner.linked = true;
            inner.unreachable = false;
            inner.look_takes = Duration::ZERO;
            inner.send_takes = Duration::ZERO;
        }
        people::perform(&self.world, &Act::Resume);
        people::perform(&self.world, &Act::Setting(Setting::Branch(true)));
        people::perform(&self.world, &Act::Setting(Setting::Enabled(true)));
        self.pass(20_000).await;
        people::perform(&self.world, &Act::Poll);
        self.pass(700_000).await;
        self.remember_since(from);
    }
}

/// When the branch's silence about older bookings ends.
fn baseline_of(world: &World) -> DateTime<Utc> {
    let state = world.window.db().read(|connection| known::branch_in(connection, COMPANY)).unwrap();
    state.and_then(|state| state.baseline_at).unwrap()
}

async fn tell(steps: &[Step]) -> Result<(), TestCaseError> {
    let shared = std::path::Path::new("/dev/shm");
    let directory = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() }.unwrap();
    let world = World::new(directory.path());
    history::begin(world.window.db());
    let mut process = Process { world: world.clone(), running: None };
    process.start();
    process.pass(5_000).await;
    let baseline_at = baseline_of(&world);
    for (number, step) in steps.iter().enumerate() {
        process.step(step).await;
        let wrong = invariants::always(&world);
        prop_assert!(wrong.is_empty(), "after step {number}, {step:?}:\n{}", wrong.join("\n"));
    }
    process.settle().await;
    let mut wrong = invariants::always(&world);
    wrong.extend(invariants::settled(&world, baseline_at));
    prop_assert!(wrong.is_empty(), "in the end:\n{}", wrong.join("\n"));
    process.close().await;
    Ok(())
}

/// Everybody's short run tells the same stories, so that a change is judged and
/// not its luck; whoever asks for more, or for a seed, gets new ones.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let asked = std::env::var("PROPTEST_CASES").is_ok() || std::env::var("PROPTEST_RNG_SEED").is_ok();
    ProptestConfig {
        cases: if asked { usual.cases } else { CASES },
        rng_seed: if asked { usual.rng_seed } else { RngSeed::Fixed(1) },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("proptest-regressions/model.txt"))),
        max_shrink_iters: 400,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_each_booking_is_told_once_in_time_and_as_it_is(steps in story()) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(tell(&steps))?;
    }
}
