//! The whole job against a simulator: the same worker as ever, over real HTTP
//! and with real files, in a directory that is thrown away. No keyring is opened
//! and nothing leaves the computer.
//!
//! Where there is a display and the window is installed, [`training`] is the whole program with its
//! window, and a person does what they like. Else it is told in the terminal: [`story`] does what an administrator and clients would do; [`stage`] shows it; [`verdict`] looks at the gateway afterwards and says whether it really
//! came out so. The exit code is the verdict's.

mod stage;
mod story;
mod training;
mod verdict;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use engine::booking::CompanyId;
use engine::clock::{Clock, SystemClock};
use engine::db::Db;
use engine::outbox::Outbox;
use engine::ports::{SecretName, Secrets as _, SecretsInMemory};
use engine::settings::{BranchSettings, Change, Delay, Environment, Language, Settings, SettingsFile};
use simulator::{Delivery, Options, Simulator};
use tokio::sync::watch;

use crate::cli;
use crate::failure::Failure;
use crate::output::Out;
use crate::runtime::{self, stopped};
use crate::words::demo as say;
use crate::worker::{self, LogDesktop, Vault, Worker};
use stage::Stage;
use story::Story;

/// How fast the story goes.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// The window of time of a message.
    window: TimeDelta,
    /// Between two polls.
    poll: Duration,
    /// How long the administrator looks at a message before acting.
    look: Duration,
    /// Between two scenes.
    rest: Duration,
}

const AS_TOLD: Pace = Pace {
    window: TimeDelta::seconds(8),
    poll: Duration::from_millis(400),
    look: Duration::from_millis(2_500),
    rest: Duration::from_secs(1),
};

const FAST: Pace = Pace {
    window: TimeDelta::milliseconds(2_500),
    poll: Duration::from_millis(400),
    look: Duration::from_millis(600),
    rest: Duration::from_millis(100),
};

pub(crate) fn run(options: &cli::Demo, json: bool) -> Result<(), Failure> {
    let language = options.lang.into();
    if !options.terminal && !options.fast && !json && training::can_be_shown() {
        return training::run(language);
    }
    let out = Out::new();
    // Nobody follows a story in a file.
    let pace = if options.fast || json || !out.is_live() { FAST } else { AS_TOLD };
    runtime::block_on(play(Stage::new(out, language, json), pace, language))
}

async fn play(stage: Stage, pace: Pace, language: Language) -> Result<(), Failure> {
    let mut signal = runtime::stop_signal()?;
    let dir = tempfile::Builder::new().prefix("booking-monitor-demo-").tempdir().map_err(Failure::Runtime)?;
    let options = Options {
        branches: vec![say::branch(language)],
        delivery: Delivery {
            sent_after_ms: 200,
            delivered_after_ms: Some(700),
            read_after_ms: Some(1_600),
            // Nobody who looks on waits for a feed that has nothing to say.
            empty_poll_ms: Some(700),
            ..Delivery::default()
        },
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone()).await.map_err(Failure::Simulator)?;
    let company = CompanyId(options.branches.first().map(|branch| branch.company_id).unwrap_or_default());
    let settings = write_settings(dir.path(), &simulator, &options, company, pace, language)?;
    let secrets = secrets(&options).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let worker = Worker {
        dir: dir.path(),
        // The demo is the same on every computer.
        environment: Environment::default(),
        settings: settings.clone(),
        outbox: open(dir.path())?,
        vault: Vault::Memory(secrets),
        computer: Arc::clone(&clock),
        desktop: Arc::new(LogDesktop::new(language)),
    };
    // A connection of its own: the administrator is another process than the worker.
    let desk = open(dir.path())?;
    let mut story = Story::new(stage, simulator, desk, settings, clock, company, pace);
    story.before()?;

    let (halt, halted) = watch::channel(false);
    let working = worker::serve(worker, halted, |_| ());
    tokio::pin!(working);
    let outcome = tokio::select! {
        ended = &mut working => return ended.and(Err(Failure::Runtime(io::Error::other("the worker ended by itself")))),
        told = story.play() => told,
        () = stopped(&mut signal) => Err(Failure::Interrupted),
    };
    let _ = halt.send(true);
    working.await?;
    if matches!(outcome, Err(Failure::Interrupted)) {
        story.interrupted()?;
    }
    outcome
}

fn open(dir: &Path) -> Result<Outbox, Failure> {
    Ok(Outbox::new(Arc::new(Db::open(dir)?)))
}

async fn secrets(options: &Options) -> Result<Arc<SecretsInMemory>, Failure> {
    let secrets = SecretsInMemory::default();
    secrets.set(SecretName::YclientsPartnerToken, options.partner_token.as_str().into()).await?;
    secrets.set(SecretName::YclientsUserToken, options.user_token.as_str().into()).await?;
    secrets.set(SecretName::GreenApiToken, options.gateway_token.as_str().into()).await?;
    Ok(Arc::new(secrets))
}

fn write_settings(
    dir: &Path,
    simulator: &Simulator,
    options: &Options,
    company: CompanyId,
    pace: Pace,
    language: Language,
) -> Result<Settings, Failure> {
    let bot = options.branches.iter().flat_map(|branch| &branch.users).next_back().map(|user| user.id);
    let branch =
        BranchSettings { integration_user_ids: bot.into_iter().collect(), ..BranchSettings::new(company) };
    Ok(SettingsFile::new(dir).edit(&[
        Change::Language(language),
        Change::PollInterval(pace.poll),
        Change::Delay(Delay::After(pace.window)),
        Change::YclientsBaseUrl(simulator.yclients_url()),
        Change::RequestGap(Duration::from_millis(50)),
        Change::WhatsappBaseUrl(simulator.green_api_url()),
        Change::InstanceId(options.instance_id.clone()),
        Change::SendGap(Duration::from_millis(200)),
        Change::PutBranch(branch),
    ])?)
}
