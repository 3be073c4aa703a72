//! What the tray shows, as a value. Pure: the same facts at the same instant make the same view, and
//! the tray is touched only when the view is another one.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound as _, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use engine::booking::CompanyId;
use engine::db::StorageError;
use engine::error::FaultCode;
use engine::monitor::known::BranchState;
use engine::notification::{Notification, NotificationId, State};
use engine::outbox::{DeskState, Outbox, Stumble};
use engine::settings::Settings;

use crate::views::Branches;
use crate::when::{self, Day};
use crate::world;

/// What may pass by itself is shown once it has lasted this long.
const TRANSIENT: TimeDelta = TimeDelta::minutes(1);
/// A message that should have left so long ago is stuck.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(2);
/// So many messages have a submenu of their own.
const ROWS: usize = 5;

/// What the icon says. One at a time; the menu and the tooltip say the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrayState {
    /// Branches, the gateway or a token are still wanting.
    NotSetUp,
    /// No connection, or a service that is out of order, for more than a minute.
    Offline,
    /// Rows wait for a word, or something is wrong that only a person can mend.
    NeedsYou,
    /// Paused by a person, or switched off in the settings.
    Paused,
    /// So many messages wait for their time.
    Pending(usize),
    /// Nothing waits.
    Working,
}

/// A message that waits for its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingRow {
    pub(crate) id: NotificationId,
    /// May be empty.
    pub(crate) client: String,
    /// On the wall of its branch; None before the zone is known.
    pub(crate) visit: Option<NaiveDateTime>,
}

/// What is wrong, for the status line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing answers since.
    Offline(DateTime<Utc>),
    /// A service answers badly since.
    Unwell(DateTime<Utc>),
    /// Only a person can mend it.
    Fault(FaultCode),
    /// The worker does not begin, in words.
    Worker(String),
    /// Messages should have left minutes ago.
    Stuck(usize),
}

/// What is still to be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanting {
    Branches,
    Gateway,
    Tokens,
}

/// Something about this program itself; the work goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    WindowMissing,
    WindowFailed,
    /// Windows without `WebView2`.
    NoWebView,
    /// `settings.toml` has a mistake; the settings from before hold.
    Settings,
}

impl Note {
    /// Over once a window could be started.
    pub(crate) const fn is_of_window(&self) -> bool {
        matches!(self, Self::WindowMissing | Self::WindowFailed | Self::NoWebView)
    }
}

/// When a pause ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PauseEnd {
    At(DateTime<Utc>),
    WhenResumed,
}

/// All that icon, tooltip and menu are made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrayView {
    pub(crate) state: TrayState,
    pub(crate) pending: usize,
    /// The first of them, in the order they leave.
    pub(crate) rows: Vec<PendingRow>,
    /// Rows that wait for a person's word.
    pub(crate) needs_you: usize,
    pub(crate) paused: Option<PauseEnd>,
    /// `enabled` of the settings.
    pub(crate) enabled: bool,
    pub(crate) wanting: Option<Wanting>,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) note: Option<Note>,
    pub(crate) sent_today: usize,
    /// To the minute, or the menu would change with every poll.
    pub(crate) last_poll: Option<DateTime<Utc>>,
    /// The desk's wall clock.
    pub(crate) zone: Option<Tz>,
    /// Against the simulator.
    pub(crate) training: bool,
}

/// What was read from the database and the settings, at one look.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Open rows, by their time.
    pub(crate) rows: Vec<Notification>,
    /// How many wait for a person's word.
    pub(crate) needs_you: usize,
    pub(crate) desk: DeskState,
    /// Parts of the program that have not worked for a while since they panicked.
    pub(crate) stumbles: Vec<Stumble>,
    pub(crate) branches: Vec<BranchState>,
    pub(crate) zones: BTreeMap<CompanyId, Tz>,
    pub(crate) zone: Option<Tz>,
    pub(crate) sent_today: usize,
    pub(crate) enabled: bool,
    /// Whether the settings name a gateway's account.
    pub(crate) has_gateway: bool,
}

/// What this process knows beside the database.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    /// The worker does not begin, in words.
    pub(crate) worker: Option<String>,
    pub(crate) note: Option<Note>,
    pub(crate) training: bool,
}

impl Facts {
    pub(crate) fn read(
        outbox: &Outbox,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Result<Self, StorageError> {
        let mut known = Branches::new(outbox);
        let zone = known.desk_zone(settings)?;
        let mut branches = Vec::new();
        let mut zones = BTreeMap::new();
        for branch in &settings.branches {
            branches.push(known.get(branch.company_id)?.clone());
            if let Some(zone) = known.zone(branch.company_id)? {
                zones.insert(branch.company_id, zone);
            }
        }
        let day = zone.unwrap_or(Tz::UTC);
        let today = when::day_start(day, Day::Today.date(day, now));
        Ok(Self {
            rows: outbox.open_rows()?,
            needs_you: usize::try_from(outbox.needing_a_person(now)?).unwrap_or(usize::MAX),
            desk: outbox.desk()?,
            stumbles: outbox.stumbles()?,
            branches,
            zones,
            zone,
            sent_today: outbox.sent_between(today, today + TimeDelta::days(2))?.len(),
            enabled: settings.enabled,
            has_gateway: !world::instance(settings).is_empty(),
        })
    }

    /// Messages that count down now: queued, and nobody holds or edits them.
    pub(crate) fn counting(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Notification> {
        let paused = self.desk.paused(now).is_some() || !self.enabled;
        self.rows.iter().filter(move |row| {
            !paused && row.state == State::Queued && !row.held && !row.is_leased(now) && row.due_at > now
        })
    }

    /// Whether every branch was read without a fault since.
    pub(crate) fn all_read_since(&self, at: DateTime<Utc>) -> bool {
        let read = |branch: &BranchState| {
            branch.fault_code.is_empty() && branch.last_checked_at.is_some_and(|read| read > at)
        };
        self.branches.iter().all(read)
    }

    fn stuck(&self, now: DateTime<Utc>) -> usize {
        if self.desk.paused(now).is_some() || !self.enabled {
            return 0;
        }
        let long_ago = |at: DateTime<Utc>| now - at > STUCK_AFTER;
        let is_stuck = |row: &&Notification| match row.state {
            State::Queued => !row.held && !row.is_leased(now) && long_ago(row.punctual_at()),
            State::Sending => row.claimed_at.is_some_and(long_ago),
            _ => false,
        };
        self.rows.iter().filter(is_stuck).count()
    }

    /// Faults with their beginnings, the branches' before the gateway's.
    fn faults(&self) -> impl Iterator<Item = (FaultCode, Option<DateTime<Utc>>)> {
        let gateway = &self.desk.gateway;
        let branches = self.branches.iter().map(|branch| (branch.fault_code.as_str(), branch.fault_at));
        let amiss = if gateway.amiss.is_empty() { "" } else { FaultCode::GatewaySettings.as_str() };
        let all = branches.chain([(gateway.fault.as_str(), gateway.fault_at), (amiss, gateway.amiss_at)]);
        let rival = self.desk.rival.as_ref().map(|rival| (FaultCode::AnotherMonitor, Some(rival.since)));
        let stumbles = self.stumbles.iter().map(|stumble| (FaultCode::PartStumbled, Some(stumble.since)));
        let told = all.filter_map(|(code, at)| Some((FaultCode::parse(code)?, at)));
        rival.into_iter().chain(told).chain(stumbles)
    }

    fn wanting(&self) -> Option<Wanting> {
        if self.branches.is_empty() {
            Some(Wanting::Branches)
        } else if !self.has_gateway {
            Some(Wanting::Gateway)
        } else {
            self.faults().any(|(code, _)| code == FaultCode::SecretMissing).then_some(Wanting::Tokens)
        }
    }

    /// What may pass by itself counts once it has lasted; what cannot counts at once.
    fn trouble(&self, now: DateTime<Utc>) -> Option<Trouble> {
        let mut passing: Option<Trouble> = None;
        for (code, since) in self.faults() {
            let lasting = since.filter(|at| now - *at >= TRANSIENT);
            match (nature(code), lasting) {
                (Nature::Lasting, _) => return Some(Trouble::Fault(code)),
                (Nature::Connection, Some(at)) => {
                    let earlier = match passing {
                        Some(Trouble::Offline(other)) => other.min(at),
                        _ => at,
                    };
                    passing = Some(Trouble::Offline(earlier));
                }
                (Nature::Passing, Some(at)) if passing.is_none() => passing = Some(Trouble::Unwell(at)),
                _ => {}
            }
        }
        let stuck = self.stuck(now);
        passing.or_else(|| (stuck > 0).then_some(Trouble::Stuck(stuck)))
    }
}

/// Whether time mends a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    Connection,
    Passing,
    Lasting,
}

const fn nature(code: FaultCode) -> Nature {
    match code {
        FaultCode::YclientsOffline | FaultCode::GatewayOffline => Nature::Connection,
        FaultCode::YclientsRateLimited
        | FaultCode::YclientsOutOfOrder
        | FaultCode::YclientsRefused
        | FaultCode::YclientsIntercepted
        | FaultCode::YclientsUnreadable
        | FaultCode::GatewayStarting
        | FaultCode::GatewayRateLimited
        | FaultCode::GatewayOutOfOrder
        | FaultCode::KeyringTimedOut
        | FaultCode::StorageBusy => Nature::Passing,
        _ => Nature::Lasting,
    }
}

/// The view of these facts at this instant. Without facts the database could not be read yet.
pub(crate) fn view(facts: Option<&Facts>, own: &Own, now: DateTime<Utc>) -> TrayView {
    let worker = own.worker.clone().map(Trouble::Worker);
    let Some(facts) = facts else {
        let state = if worker.is_some() { TrayState::NeedsYou } else { TrayState::Working };
        return TrayView {
            state,
            pending: 0,
            rows: Vec::new(),
            needs_you: 0,
            paused: None,
            enabled: true,
            wanting: None,
            trouble: worker,
            note: own.note.clone(),
            sent_today: 0,
            last_poll: None,
            zone: None,
            training: own.training,
        };
    };
    let is_pending = |row: &&Notification| matches!(row.state, State::Queued | State::Sending) && !row.held;
    let pending = facts.rows.iter().filter(is_pending).count();
    let needs_you = facts.needs_you;
    let rows = facts
        .rows
        .iter()
        .filter(|row| row.state == State::Queued && !row.held)
        .take(ROWS)
        .map(|row| PendingRow {
            id: row.id,
            client: row.client_name.clone(),
            visit: facts.zones.get(&row.company).map(|zone| row.starts_at.with_timezone(zone).naive_local()),
        })
        .collect();
    let paused = facts.desk.paused(now).map(|pause| pause.until.map_or(PauseEnd::WhenResumed, PauseEnd::At));
    let wanting = facts.wanting();
    let trouble = worker.or_else(|| facts.trouble(now));
    let state = if wanting.is_some() {
        TrayState::NotSetUp
    } else if matches!(trouble, Some(Trouble::Offline(_) | Trouble::Unwell(_))) {
        TrayState::Offline
    } else if trouble.is_some() || needs_you > 0 {
        TrayState::NeedsYou
    } else if paused.is_some() || !facts.enabled {
        TrayState::Paused
    } else if pending > 0 {
        TrayState::Pending(pending)
    } else {
        TrayState::Working
    };
    let last_poll = facts.branches.iter().filter_map(|branch| branch.last_checked_at).max();
    TrayView {
        state,
        pending,
        rows,
        needs_you,
        paused,
        enabled: facts.enabled,
        wanting,
        trouble,
        note: own.note.clone(),
        sent_today: facts.sent_today,
        last_poll: last_poll.map(|at| at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at)),
        zone: facts.zone,
        training: own.training,
    }
}

#[cfg(test)]
mod tests;
