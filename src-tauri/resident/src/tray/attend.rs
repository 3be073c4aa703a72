//! The tray's loop: looks at the queue as every other process does, shows what changed, and does what
//! is clicked. It decides nothing about messages, and the worker never waits for it.

mod window;

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::clock::{Clock as _, DeskClock};
use engine::db::Db;
use engine::error::{Fault, FaultCode, Subject};
use engine::notification::{Refusal, State};
use engine::outbox::{Actor, Outbox, OutboxError, RequestKind};
use engine::person::Person;
use engine::settings::{Environment, Language, Settings};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::host::{Host, Shown};
use super::menu::{Act, Page, PauseLength};
use super::notice::{Button, Notice};
use super::view::{Facts, Note, Own, TrayView, Trouble, view};
use super::wake::Wakes;
use super::windows::Windows;
use crate::failure::Failure;
use crate::session::acting_person;
use crate::words::{self, tray as say};
use crate::{when, world};

/// The icon changes once a second at most, so nobody sees more of a shorter one. Clicks wait for none.
const TICK: Duration = Duration::from_secs(1);
/// Time alone changes some of the view, and the settings are a file.
const LOOK_ANYWAY: TimeDelta = TimeDelta::seconds(30);
/// The screen changes no oftener, however many events come. Less than a tick, or every other tick would miss it.
const SHOW_EVERY: Duration = Duration::from_millis(900);
/// How long a panel may take to come up before its absence is mentioned.
const PANEL_PATIENCE: Duration = Duration::from_secs(5);
const ALERT_EVERY: TimeDelta = TimeDelta::minutes(15);

/// What the loop hears of.
#[derive(Debug)]
pub(crate) enum Event {
    Act(Act),
    /// Another process asks for the window.
    Show(String),
    Alarm(Fault),
    AllClear(Subject),
    /// Awake, unlocked or connected again.
    Woke,
    /// A panel came or went.
    #[cfg_attr(any(windows, target_os = "macos"), allow(dead_code, reason = "for panels on Linux"))]
    Panel,
    /// Why the worker does not begin, in words; None: it works.
    Worker(Option<String>),
}

/// What the loop is started with.
pub(crate) struct Start {
    pub(crate) dir: PathBuf,
    pub(crate) environment: Environment,
    pub(crate) settings: Settings,
    pub(crate) clock: DeskClock,
    /// Without a window, as at the start of a session.
    pub(crate) hidden: bool,
    /// It crashed, and is back.
    pub(crate) returned: bool,
    /// The control page of the simulator; the program then ends with its window.
    pub(crate) training: Option<String>,
    /// Turns true when a person wants the program to end.
    pub(crate) quit: watch::Sender<bool>,
}

pub(crate) struct Attendant {
    start: Start,
    sender: UnboundedSender<Event>,
    events: UnboundedReceiver<Event>,
    settings: Settings,
    outbox: Option<Outbox>,
    data_version: Option<i64>,
    read_at: Option<DateTime<Utc>>,
    facts: Option<Facts>,
    own: Own,
    host: Host,
    shown: Shown,
    shown_at: Instant,
    windows: Windows,
    /// Not for the first time.
    begun: bool,
    /// A window was open at the last look, whoever started it.
    window_seen: bool,
    /// One crashed.
    offer_again: bool,
    /// Rows that counted down at the last look; None before the first.
    counted: Option<BTreeSet<i64>>,
    wakes: Wakes,
    alarmed: HashSet<Subject>,
    alerted_at: Option<DateTime<Utc>>,
    /// The absence of a panel is yet to be mentioned.
    panel_due: Option<Instant>,
}

impl Attendant {
    pub(crate) async fn new(
        start: Start,
        sender: UnboundedSender<Event>,
        events: UnboundedReceiver<Event>,
    ) -> Self {
        let own = Own { training: start.training.is_some(), ..Own::default() };
        let shown = Shown::of(&view(None, &own, start.clock.now()), start.settings.language);
        let host = Host::start(shown.clone(), sender.clone()).await;
        let windows = Windows::new(start.dir.clone(), start.training.clone());
        let settings = start.settings.clone();
        Self {
            sender,
            events,
            settings,
            outbox: None,
            data_version: None,
            read_at: None,
            facts: None,
            own,
            host,
            shown,
            shown_at: Instant::now(),
            windows,
            begun: false,
            window_seen: false,
            offer_again: false,
            counted: None,
            wakes: Wakes::default(),
            alarmed: HashSet::new(),
            alerted_at: None,
            panel_due: Some(Instant::now() + PANEL_PATIENCE),
            start,
        }
    }

    /// Runs until it is dropped. Begun anew after a panic it opens no window again.
    pub(crate) async fn attend(&mut self) {
        if !std::mem::replace(&mut self.begun, true) && !self.start.hidden {
            self.open(Page::Queue.as_str());
        }
        if std::mem::take(&mut self.start.returned) {
            let (title, body) = say::returned(self.language());
            self.tell(Notice::new(title, body).with(&[Button::Open]));
        }
        self.window_seen = self.windows.is_open();
        loop {
            #[cfg(debug_assertions)]
            engine::planted::turn(engine::supervision::Part::Tray);
            self.look();
            self.show().await;
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.heard(event),
                    None => return,
                },
                ended = self.windows.ended() => self.window_ended(ended),
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Whether a window is open, whoever started it.
    pub(crate) fn has_window(&self) -> bool {
        self.windows.is_open()
    }

    /// Takes icon and windows away.
    pub(crate) async fn close(&mut self) {
        self.windows.close().await;
        self.host.close().await;
    }

    fn language(&self) -> Language {
        self.settings.language
    }

    fn now(&self) -> DateTime<Utc> {
        self.start.clock.now()
    }

    fn heard(&mut self, event: Event) {
        match event {
            Event::Act(act) => self.act(act),
            Event::Show(page) => self.open(&page),
            Event::Alarm(fault) => self.alarm(&fault),
            Event::AllClear(subject) => {
                self.alarmed.remove(&subject);
            }
            Event::Woke => self.wakes.heard(self.now()),
            Event::Panel => {
                self.panel_due = (!self.host.is_seen()).then(|| Instant::now() + PANEL_PATIENCE);
            }
            Event::Worker(trouble) => self.own.worker = trouble,
        }
    }

    /// Reads what changed, and what follows from it.
    fn look(&mut self) {
        let now = self.now();
        if let Err(error) = self.read(now) {
            debug!(%error, "the queue could not be read");
            self.outbox = None;
        }
        self.window_closed();
        self.offer_what_was_lost(now);
        self.reconcile(now);
        self.mention_panel();
    }

    fn read(&mut self, now: DateTime<Utc>) -> Result<(), engine::db::StorageError> {
        let outbox = if let Some(outbox) = &self.outbox {
            outbox.clone()
        } else if self.start.dir.join(engine::db::FILE_NAME).exists() {
            let opened = Outbox::new(Arc::new(Db::open(&self.start.dir)?));
            self.outbox.insert(opened).clone()
        } else {
            // The worker makes it.
            return Ok(());
        };
        let version = outbox.db().data_version()?;
        let long_ago = self.read_at.is_none_or(|at| now - at >= LOOK_ANYWAY || at > now);
        if !long_ago && self.data_version == Some(version) {
            return Ok(());
        }
        self.read_settings();
        // What the worker found out about this computer's clock.
        let now = if self.start.clock.refresh(&outbox)? { self.now() } else { now };
        self.facts = Some(Facts::read(&outbox, &self.settings, now)?);
        (self.data_version, self.read_at) = (Some(version), Some(now));
        self.counting(now);
        self.alert(now);
        Ok(())
    }

    fn read_settings(&mut self) {
        match Settings::load(&self.start.dir, &self.start.environment) {
            Ok(settings) => {
                self.settings = settings;
                self.own.note.take_if(|note| *note == Note::Settings);
            }
            Err(_) => {
                self.own.note.get_or_insert(Note::Settings);
            }
        }
    }

    fn view(&self) -> TrayView {
        view(self.facts.as_ref(), &self.own, self.now())
    }

    /// Changes the screen, if there is anything else to be seen.
    async fn show(&mut self) {
        if self.shown_at.elapsed() < SHOW_EVERY {
            return;
        }
        let shown = Shown::of(&self.view(), self.language());
        if shown != self.shown {
            self.shown = shown.clone();
            self.shown_at = Instant::now();
            self.host.show(shown).await;
        }
    }

    fn tell(&self, notice: Notice) {
        info!(title = notice.title, "notification");
        notice.show(self.language(), self.sender.clone());
    }

    fn act(&mut self, act: Act) {
        let done = match act {
            Act::Open(page) => {
                self.open(page.as_str());
                Ok(())
            }
            Act::SendNow(id) => self.person(|person, now| person.send_now(id, now)),
            Act::Cancel(id) => self.person(|person, now| person.cancel(id, now)),
            Act::Pause(length) => self.pause(length),
            Act::Resume => self.resume(),
            Act::Quit => {
                self.quit();
                Ok(())
            }
            Act::QuitAnyway => {
                let _ = self.start.quit.send(true);
                Ok(())
            }
        };
        if let Err(failure) = done {
            let words = words::failure(&failure, self.language());
            warn!("{words}");
            self.tell(Notice::new(say::refused_title(self.language()), words).with(&[Button::Open]));
        }
        // What was done here is no other process's commit.
        self.data_version = None;
    }

    fn outbox(&self) -> Result<Outbox, Failure> {
        match &self.outbox {
            Some(outbox) => Ok(outbox.clone()),
            None => Ok(Outbox::new(Arc::new(Db::open(&self.start.dir)?))),
        }
    }

    fn person<T>(
        &self,
        act: impl FnOnce(&Person<'_>, DateTime<Utc>) -> Result<T, OutboxError>,
    ) -> Result<(), Failure> {
        let outbox = self.outbox()?;
        let (name, instance) = (acting_person(), world::instance(&self.settings));
        let person = Person { outbox: &outbox, settings: &self.settings, name: &name, instance: &instance };
        match act(&person, self.now()) {
            Ok(_) => Ok(()),
            Err(OutboxError::Refused(Refusal::TooLate(State::Sending))) => Err(Failure::CancelTooLate),
            Err(error) => Err(error.into()),
        }
    }

    fn pause(&self, length: PauseLength) -> Result<(), Failure> {
        let now = self.now();
        let until = match length {
            PauseLength::Minutes(minutes) => Some(now + TimeDelta::minutes(minutes)),
            PauseLength::Tomorrow => {
                let zone = self.facts.as_ref().and_then(|facts| facts.zone).ok_or(Failure::NoZone)?;
                Some(when::next_day(zone, now))
            }
            PauseLength::UntilResumed => None,
        };
        Ok(self.outbox()?.pause(until, &Actor::Person(acting_person()), now)?)
    }

    fn resume(&self) -> Result<(), Failure> {
        self.outbox()?.resume(&Actor::Person(acting_person()), self.now())?;
        Ok(())
    }

    /// From the menu nothing is pending; from a notification, or since the menu was drawn, something may be.
    fn quit(&mut self) {
        self.data_version = None;
        let _ = self.read(self.now());
        let pending = self.view().pending;
        if pending == 0 {
            let _ = self.start.quit.send(true);
        } else {
            let title = say::will_not_leave(pending, self.language());
            self.tell(Notice::new(title, "").with(&[Button::QuitAnyway]));
        }
    }

    /// One alert a quarter of an hour while messages do not leave.
    fn alert(&mut self, now: DateTime<Utc>) {
        let Some(Trouble::Stuck(number)) = self.view().trouble else { return };
        if self.alerted_at.is_some_and(|at| now - at < ALERT_EVERY && at <= now) {
            return;
        }
        self.alerted_at = Some(now);
        let (title, body) = say::stuck_alert(number, self.language());
        self.tell(Notice::new(title, body));
    }

    fn alarm(&mut self, fault: &Fault) {
        let keyring = matches!(fault.code, FaultCode::KeyringLocked | FaultCode::KeyringTimedOut);
        // A locked keyring is one trouble, however many wait for it.
        let subject = if keyring { Subject::Keyring } else { fault.subject };
        if !self.alarmed.insert(subject) {
            return;
        }
        let words = engine::words::fault(fault.code, self.language());
        self.tell(Notice::new(words.what, format!("{} {}", words.means, words.do_next)));
    }

    /// A return is one look at YClients, unless one was made since.
    fn reconcile(&mut self, now: DateTime<Utc>) {
        let Some(since) = self.wakes.due(now) else { return };
        // Read fresh: a poll may have ended a moment ago.
        self.data_version = None;
        let read = self.read(now);
        let done = self.facts.as_ref().is_some_and(|facts| facts.all_read_since(since));
        if done || read.is_err() {
            return;
        }
        let asked = self.outbox().and_then(|outbox| Ok(outbox.ask(RequestKind::Poll, "", now)?));
        if let Err(failure) = asked {
            warn!("{}", words::failure(&failure, self.language()));
        }
    }
}
