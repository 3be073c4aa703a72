//! Looks whether anybody committed, every 100 ms, on a connection of its own, and
//! tells the windows the whole desk when it looks different.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::db::StorageError;
use engine::notification::Notification;
use engine::outbox::{Outbox, RequestKind};
use tauri::{AppHandle, Emitter as _, Manager as _};

use crate::contract::{Desk, Page};
use crate::session::Session;
use crate::small::Wish;
use crate::windows::{self, MAIN, SmallState};
use crate::{views, words};

const TICK: Duration = Duration::from_millis(100);
/// Who owns the desk and what the settings say stands outside the database.
const LOOK_ROUND: TimeDelta = TimeDelta::seconds(1);

/// Whether a person looks at the main window.
#[derive(Debug, Default)]
pub struct Front(AtomicBool);

impl Front {
    pub fn set(&self, front: bool) {
        self.0.store(front, Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// Sees changes of the desk. Separate from the window, so that it can be tested without one.
pub struct Watch {
    session: Arc<Session>,
    version: Option<i64>,
    looked_at: Option<DateTime<Utc>>,
    changes_at: Option<DateTime<Utc>>,
    told: Option<Desk>,
    /// Open rows as of the last reading.
    open: Vec<Notification>,
    /// Nothing leaves by itself, as of the last reading.
    paused: bool,
    /// The last look found that somebody had committed.
    written: bool,
}

impl Watch {
    pub fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            version: None,
            looked_at: None,
            changes_at: None,
            told: None,
            open: Vec::new(),
            paused: false,
            written: false,
        }
    }

    /// The desk, if it looks different from what was told before. Costs one look at the database's
    /// counter when nothing happened.
    pub fn look(&mut self, now: DateTime<Utc>) -> Result<Option<Desk>, StorageError> {
        let version = self.session.outbox.db().data_version()?;
        self.written = self.version != Some(version);
        let due = self.changes_at.is_some_and(|at| at <= now);
        let round = self.looked_at.is_none_or(|at| now < at || now - at >= LOOK_ROUND);
        if !(self.written || due || round) {
            return Ok(None);
        }
        let desk = views::desk(&self.session, now)?;
        // Only what was read whole counts as seen.
        self.version = Some(version);
        self.looked_at = Some(now);
        self.changes_at = views::next_change(&self.session, now)?;
        self.open = self.session.outbox.open_rows()?;
        self.paused = self.session.outbox.desk()?.paused(now).is_some();
        let same =
            self.told.as_ref().is_some_and(|told| Desk { now: desk.now.clone(), ..told.clone() } == desk);
        if same {
            return Ok(None);
        }
        self.told = Some(desk.clone());
        Ok(Some(desk))
    }
}

/// The session with a connection to the same database that only watches: a connection is not told
/// of its own commits.
pub fn watching(session: &Session) -> Result<Session, StorageError> {
    Session::open(&session.dir, session.training.clone())
}

/// After a panic of the watching, which would else leave a page that shows what was.
const AFTER_A_PANIC: Duration = Duration::from_secs(1);

/// Watches until the process ends, and begins anew when that panics. `alone`: started for the small window.
pub fn keep(app: &AppHandle, session: &Arc<Session>, alone: bool) {
    while catch_unwind(AssertUnwindSafe(|| run(app, session, alone))).is_err() {
        std::thread::sleep(AFTER_A_PANIC);
    }
}

fn run(app: &AppHandle, session: &Arc<Session>, alone: bool) {
    let small = app.state::<SmallState>();
    if alone {
        small.0.lock().unwrap_or_else(PoisonError::into_inner).begin_away(session.now());
    }
    let mut watch = Watch::new(Arc::clone(session));
    let mut failing = false;
    let mut shown = false;
    let opening = Arc::new(AtomicBool::new(false));
    loop {
        let now = session.now();
        match watch.look(now) {
            Ok(desk) => {
                failing = false;
                if let Some(desk) = desk
                    && let Err(error) = app.emit("desk", &desk)
                {
                    tracing::warn!(%error, "the page could not be told");
                }
            }
            Err(error) if failing => tracing::debug!(%error, "the desk still cannot be read"),
            Err(error) => {
                failing = true;
                tracing::warn!(%error, "the desk cannot be read");
            }
        }
        let wish = wish(app, session, &watch, now);
        tend_small(app, session, &wish, &mut shown);
        if !wish.needed && !wish.shown && !opening.load(Relaxed) && app.get_webview_window(MAIN).is_none() {
            // Nothing is left to show. Who asks for the window from here on is answered by the next process.
            app.exit(0);
            return;
        }
        if watch.written {
            answer(app, &session.outbox, &opening, now);
        }
        std::thread::sleep(TICK);
    }
}

fn wish(app: &AppHandle, session: &Session, watch: &Watch, now: DateTime<Utc>) -> Wish {
    let on = session.settings().window.small_window;
    let front = app.state::<Arc<Front>>().get();
    let small = app.state::<SmallState>();
    let mut small = small.0.lock().unwrap_or_else(PoisonError::into_inner);
    small.look(&watch.open, (front, on, watch.paused), now)
}

/// Shows, hides or replaces the small window.
fn tend_small(app: &AppHandle, session: &Session, wish: &Wish, shown: &mut bool) {
    if windows::can_place_windows() {
        if wish.shown != *shown {
            *shown = wish.shown;
            let handle = app.clone();
            let show = wish.shown;
            // Windows are made and ended by the thread that owns them.
            let _ = app.run_on_main_thread(move || {
                if !show {
                    windows::close_small(&handle);
                } else if let Err(error) = windows::show_small(&handle) {
                    tracing::warn!(%error, "the small window could not be shown");
                }
            });
        }
    } else if wish.news > 0 {
        app.state::<SmallState>().0.lock().unwrap_or_else(PoisonError::into_inner).told();
        notify(wish.news, session);
    }
}

/// Without a name or a text: the screen may face the clients.
fn notify(waiting: usize, session: &Session) {
    let shown = notify_rust::Notification::new()
        .appname("Booking Monitor")
        .summary(&words::banner(waiting, session.language()))
        .icon("booking-monitor")
        .show();
    if let Err(error) = shown {
        tracing::warn!(%error, "the desktop takes no notification");
    }
}

/// Another process asks for the window: it is this one. `opening`: until the window is there.
fn answer(app: &AppHandle, outbox: &Outbox, opening: &Arc<AtomicBool>, now: DateTime<Utc>) {
    let Ok(asked) = outbox.asked() else { return };
    for request in asked.into_iter().filter(|request| request.kind == RequestKind::ShowWindow) {
        if let Err(error) = outbox.answer(request.id, now) {
            // Shown when it can be recorded, or it would come to the front for ever.
            tracing::warn!(%error, "a request for the window could not be answered");
            return;
        }
        let page = Page::parse(&request.argument);
        let handle = app.clone();
        let done = Arc::clone(opening);
        opening.store(true, Relaxed);
        let queued = app.run_on_main_thread(move || {
            if let Err(error) = windows::show_main(&handle, page) {
                tracing::warn!(%error, "the window could not be shown");
            }
            done.store(false, Relaxed);
        });
        if queued.is_err() {
            opening.store(false, Relaxed);
        }
    }
}
