//! What `--json` prints, and what the human lists are drawn from. The keys are a
//! contract: they may grow in number and never change their meaning.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use engine::booking::{BookingId, CompanyId, Flaw};
use engine::clock::{ClockStanding, ClockTold};
use engine::db::StorageError;
use engine::error::FaultCode;
use engine::monitor::known::{self, BranchState};
use engine::monitor::unread_in;
use engine::notification::Notification;
use engine::outbox::{AsideCount, Counts, DeskState, Outbox, Stumble};
use engine::settings::Settings;
use engine::supervision::Part;
use serde::Serialize;

use crate::when::rfc3339;

/// Branches as the database knows them, each read once.
pub(crate) struct Branches<'a> {
    outbox: &'a Outbox,
    read: BTreeMap<CompanyId, BranchState>,
}

impl<'a> Branches<'a> {
    pub(crate) fn new(outbox: &'a Outbox) -> Self {
        Self { outbox, read: BTreeMap::new() }
    }

    pub(crate) fn get(&mut self, company: CompanyId) -> Result<&BranchState, StorageError> {
        if !self.read.contains_key(&company) {
            let found = self.outbox.db().read(|connection| known::branch_in(connection, company))?;
            self.read.insert(company, found.unwrap_or_default());
        }
        Ok(self.read.entry(company).or_default())
    }

    /// The branch with its bookings that cannot be read.
    pub(crate) fn seen(&mut self, company: CompanyId) -> Result<SeenBranch, StorageError> {
        let unread = self.outbox.db().read(|connection| unread_in(connection, company))?;
        Ok(SeenBranch { company, state: self.get(company)?.clone(), unread })
    }

    /// The branch's name, else its number.
    pub(crate) fn title(&mut self, company: CompanyId) -> Result<String, StorageError> {
        let title = &self.get(company)?.facts.title;
        Ok(match (title.is_empty(), company.0) {
            (false, _) => title.clone(),
            // A test message belongs to no branch.
            (true, 0) => String::new(),
            (true, number) => number.to_string(),
        })
    }

    /// The branch's zone; None before it is known.
    pub(crate) fn zone(&mut self, company: CompanyId) -> Result<Option<Tz>, StorageError> {
        Ok(self.get(company)?.facts.time_zone.parse().ok())
    }

    /// The first known zone of the settings' branches: that of the desk itself.
    pub(crate) fn desk_zone(&mut self, settings: &Settings) -> Result<Option<Tz>, StorageError> {
        for branch in &settings.branches {
            if let Some(zone) = self.zone(branch.company_id)? {
                return Ok(Some(zone));
            }
        }
        Ok(None)
    }
}

/// A row of the outbox.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the contract, and independent")]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) kind: &'static str,
    pub(crate) copy: i64,
    pub(crate) state: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) detail: String,
    pub(crate) held: bool,
    pub(crate) released: bool,
    /// E.164, or empty.
    pub(crate) phone: String,
    pub(crate) client: String,
    /// The branch's title, or its number as text before the title is known.
    pub(crate) branch: String,
    pub(crate) company_id: i64,
    /// Numbers of the bookings it speaks of.
    pub(crate) bookings: Vec<i64>,
    pub(crate) starts_at: String,
    pub(crate) booked_at: Option<String>,
    pub(crate) enqueued_at: String,
    pub(crate) due_at: String,
    pub(crate) next_try_at: Option<String>,
    pub(crate) lease_until: Option<String>,
    pub(crate) text: String,
    /// Whose words the text is; empty when the program made it.
    pub(crate) edited_by: String,
    pub(crate) proposed_text: Option<String>,
    /// Whether an unsaved edit is kept.
    pub(crate) draft: bool,
    pub(crate) revision: i64,
    pub(crate) cancel_asked: bool,
    pub(crate) instance: String,
    pub(crate) gateway_id: String,
    pub(crate) claimed_at: Option<String>,
    pub(crate) accepted_at: Option<String>,
    pub(crate) delivered_at: Option<String>,
    pub(crate) read_at: Option<String>,
    pub(crate) finished_at: Option<String>,
    /// `moved`, `changed`, `cancelled`, or empty.
    pub(crate) changed_after_sent: String,
}

impl Row {
    pub(crate) fn of(
        row: &Notification,
        outbox: &Outbox,
        branches: &mut Branches<'_>,
    ) -> Result<Self, StorageError> {
        let maybe = |at: Option<DateTime<Utc>>| at.map(rfc3339);
        let links = outbox.links(row.id)?;
        Ok(Self {
            id: row.id.0,
            kind: row.kind.as_str(),
            copy: row.copy,
            state: row.state.as_str(),
            reason: row.reason.as_str(),
            detail: row.detail.clone(),
            held: row.held,
            released: row.released,
            phone: row.phone.clone(),
            client: row.client_name.clone(),
            branch: branches.title(row.company)?,
            company_id: row.company.0,
            bookings: links.iter().filter(|link| !link.dropped).map(|link| link.booking.0).collect(),
            starts_at: rfc3339(row.starts_at),
            booked_at: maybe(row.booked_at),
            enqueued_at: rfc3339(row.enqueued_at),
            due_at: rfc3339(row.due_at),
            next_try_at: (row.next_try_at > DateTime::UNIX_EPOCH).then(|| rfc3339(row.next_try_at)),
            lease_until: maybe(row.lease_until),
            text: row.text.clone(),
            edited_by: row.edited_by.clone(),
            proposed_text: row.proposed_text.clone(),
            draft: row.draft.is_some(),
            revision: row.revision,
            cancel_asked: !row.cancel_asked_by.is_empty(),
            instance: row.instance.clone(),
            gateway_id: row.gateway_id.clone(),
            claimed_at: maybe(row.claimed_at),
            accepted_at: maybe(row.accepted_at),
            delivered_at: maybe(row.delivered_at),
            read_at: maybe(row.read_at),
            finished_at: maybe(row.finished_at),
            changed_after_sent: row.changed_after_sent.clone(),
        })
    }
}

/// The answer of `status`.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    pub(crate) owner: Option<OwnerView>,
    /// Switched on in the settings.
    pub(crate) enabled: bool,
    pub(crate) paused: Option<PauseView>,
    /// The database cannot know what was sent: nothing is polled or sent.
    pub(crate) doubt: Option<ErrorView>,
    /// Another Booking Monitor works for the shop: nothing is sent until `gateway take-over`.
    pub(crate) another_monitor: Option<ErrorView>,
    pub(crate) branches: Vec<BranchView>,
    pub(crate) gateway: GatewayView,
    /// What the servers say of this computer's clock.
    pub(crate) clock: ClockView,
    /// Parts of the program that panicked, began anew, and have not worked for a while since.
    pub(crate) stumbles: Vec<StumbleView>,
    /// What keeps the data directory from being written now.
    pub(crate) storage: Option<ErrorView>,
    /// What clients wrote that may mean "stop" and that a person must decide about.
    pub(crate) stops: i64,
    /// What the gateway pushed and nobody could work through, by kind.
    pub(crate) aside: Vec<AsideCount>,
    /// Open rows, and what came to its end today.
    pub(crate) counts: Counts,
}

#[derive(Debug, Serialize)]
pub(crate) struct OwnerView {
    pub(crate) pid: u32,
    pub(crate) since: String,
    pub(crate) alive_at: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct PauseView {
    pub(crate) since: String,
    /// None: until resumed.
    pub(crate) until: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct BranchView {
    pub(crate) company_id: i64,
    pub(crate) title: String,
    pub(crate) time_zone: String,
    pub(crate) baseline_at: Option<String>,
    pub(crate) baseline_count: i64,
    pub(crate) last_poll_at: Option<String>,
    pub(crate) next_poll_at: Option<String>,
    /// `fast` or `truth`; None before the first poll.
    pub(crate) feed: Option<&'static str>,
    pub(crate) failures: i64,
    /// YClients refuses it: it is tried again rarely, or when settings change or a person asks.
    pub(crate) stopped: bool,
    /// How many bookings came and cannot be read.
    pub(crate) unreadable: usize,
    pub(crate) unreadable_bookings: Vec<UnreadView>,
    pub(crate) error: Option<ErrorView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct UnreadView {
    /// Null where even the number cannot be read.
    pub(crate) booking: Option<i64>,
    /// What is wrong, and in which field.
    pub(crate) flaw: String,
    /// The same in words.
    pub(crate) message: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct GatewayView {
    /// Such as `green-api:1103000001`; empty until it is set up.
    pub(crate) instance: String,
    /// As last told; empty when it was never asked.
    pub(crate) state: String,
    pub(crate) state_at: Option<String>,
    /// Numbers it wrote to for the first time since the desk's day began.
    pub(crate) first_contacts_today: i64,
    pub(crate) error: Option<ErrorView>,
    /// The account's own settings are not as they must be: messages leave all the same.
    pub(crate) settings: Option<ErrorView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ClockView {
    /// Added to this computer's clock by every process; 0 within two minutes.
    pub(crate) difference_ms: i64,
    /// `unconfirmed`, `agreed`, `alone` or `disputed`.
    pub(crate) standing: ClockStanding,
    pub(crate) error: Option<ErrorView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct StumbleView {
    pub(crate) part: Part,
    /// What it does, in the language of the settings.
    pub(crate) message: String,
    pub(crate) since: String,
    pub(crate) last_at: String,
    pub(crate) times: i64,
}

impl StumbleView {
    fn of(stumble: &Stumble, settings: &Settings) -> Self {
        Self {
            part: stumble.part,
            message: engine::words::part(stumble.part, settings.language),
            since: rfc3339(stumble.since),
            last_at: rfc3339(stumble.last_at),
            times: stumble.times,
        }
    }
}

impl ClockView {
    fn of(told: &ClockTold, settings: &Settings) -> Self {
        let code = told.fault().map_or("", FaultCode::as_str);
        Self {
            difference_ms: told.difference.num_milliseconds(),
            standing: told.standing,
            error: ErrorView::of(code, &told.detail, told.since, settings),
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct ErrorView {
    /// One of the fault codes.
    pub(crate) code: String,
    /// What it means, in the language of the settings.
    pub(crate) message: String,
    /// What exactly happened, in English.
    pub(crate) detail: String,
    pub(crate) since: Option<String>,
}

impl ErrorView {
    fn of(code: &str, detail: &str, since: Option<DateTime<Utc>>, settings: &Settings) -> Option<Self> {
        (!code.is_empty()).then(|| Self {
            code: code.to_owned(),
            message: crate::words::fault_word(code, settings.language),
            detail: detail.to_owned(),
            since: since.map(rfc3339),
        })
    }
}

impl BranchView {
    pub(crate) fn of(seen: &SeenBranch, settings: &Settings) -> Self {
        let SeenBranch { company, state, unread } = seen;
        let maybe = |at: Option<DateTime<Utc>>| at.map(rfc3339);
        Self {
            company_id: company.0,
            title: state.facts.title.clone(),
            time_zone: state.facts.time_zone.clone(),
            baseline_at: maybe(state.baseline_at),
            baseline_count: state.baseline_count,
            last_poll_at: maybe(state.last_checked_at),
            next_poll_at: maybe(state.next_poll_at),
            feed: state.baseline_at.map(|_| if state.fast_feed { "fast" } else { "truth" }),
            failures: state.failures,
            stopped: state.stopped,
            unreadable: unread.len(),
            unreadable_bookings: unread
                .iter()
                .map(|(id, flaw)| UnreadView {
                    booking: id.map(|id| id.0),
                    flaw: flaw.to_string(),
                    message: engine::words::unreadable::unread(*id, flaw, settings.language),
                })
                .collect(),
            error: ErrorView::of(&state.fault_code, &state.fault_detail, state.fault_at, settings),
        }
    }
}

/// A branch, and its bookings that cannot be read.
pub(crate) struct SeenBranch {
    pub(crate) company: CompanyId,
    pub(crate) state: BranchState,
    pub(crate) unread: Vec<(Option<BookingId>, Flaw)>,
}

/// Everything `status` needs to know.
pub(crate) struct Seen {
    pub(crate) desk: DeskState,
    /// The owner's lock is held: it is not merely written down.
    pub(crate) owned: bool,
    pub(crate) branches: Vec<SeenBranch>,
    pub(crate) instance: String,
    pub(crate) first_contacts: i64,
    pub(crate) stumbles: Vec<Stumble>,
    /// Looked at just now: what cannot be written cannot be recorded either.
    pub(crate) storage: Option<StorageError>,
    pub(crate) stops: i64,
    pub(crate) aside: Vec<AsideCount>,
    pub(crate) counts: Counts,
}

impl Status {
    pub(crate) fn of(seen: Seen, settings: &Settings, now: DateTime<Utc>) -> Self {
        let told = &seen.desk.gateway;
        let error = ErrorView::of(&told.fault, &told.detail, told.fault_at, settings);
        let amiss = if told.amiss.is_empty() { "" } else { FaultCode::GatewaySettings.as_str() };
        let amiss = ErrorView::of(amiss, &told.amiss, told.amiss_at, settings);
        Self {
            owner: seen.desk.owner.as_ref().filter(|_| seen.owned).map(|owner| OwnerView {
                pid: owner.pid,
                since: rfc3339(owner.since),
                alive_at: rfc3339(owner.alive_at),
            }),
            enabled: settings.enabled,
            paused: seen
                .desk
                .paused(now)
                .map(|pause| PauseView { since: rfc3339(pause.since), until: pause.until.map(rfc3339) }),
            doubt: seen.desk.doubt.and_then(|(doubt, since)| {
                ErrorView::of(doubt.code().as_str(), doubt.as_str(), Some(since), settings)
            }),
            another_monitor: seen.desk.rival.as_ref().and_then(|rival| {
                let code = FaultCode::AnotherMonitor.as_str();
                ErrorView::of(code, rival.by.as_str(), Some(rival.since), settings)
            }),
            branches: seen.branches.iter().map(|branch| BranchView::of(branch, settings)).collect(),
            gateway: GatewayView {
                instance: seen.instance,
                state: told.state.clone(),
                state_at: told.state_at.map(rfc3339),
                first_contacts_today: seen.first_contacts,
                error,
                settings: amiss,
            },
            clock: ClockView::of(&seen.desk.clock, settings),
            stumbles: seen.stumbles.iter().map(|stumble| StumbleView::of(stumble, settings)).collect(),
            storage: seen
                .storage
                .and_then(|error| ErrorView::of(error.code().as_str(), &error.to_string(), None, settings)),
            stops: seen.stops,
            aside: seen.aside,
            counts: seen.counts,
        }
    }
}

#[cfg(test)]
mod tests;
