//! What holds for the whole desk: who owns polling and sending, the pause, the
//! gateway's state, and what one process asks of another.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Row, Transaction, params};

use super::{Actor, Doubt, Evidence, Outbox, Rival, people::note};
use crate::clock::{ClockStanding, ClockTold};
use crate::db::{At, StorageError};
use crate::error::FaultCode;
use crate::ports::GatewayState;

/// The process that polls and sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub pid: u32,
    pub since: DateTime<Utc>,
    pub alive_at: DateTime<Utc>,
}

/// Sending is paused by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    pub since: DateTime<Utc>,
    /// None: until resumed.
    pub until: Option<DateTime<Utc>>,
}

/// What the gateway last said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GatewayTold {
    /// Its word for the account's state; empty when it was never asked.
    pub state: String,
    pub state_at: Option<DateTime<Utc>>,
    /// One of the fault codes, or empty when nothing stands in the way.
    pub fault: String,
    pub detail: String,
    pub fault_at: Option<DateTime<Utc>>,
    /// Settings of the account that are not as they must be, by the gateway's names; empty when all are.
    pub amiss: String,
    pub amiss_at: Option<DateTime<Utc>>,
}

/// The one row of `desk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskState {
    pub owner: Option<Owner>,
    /// The last sign of life of any owner.
    pub alive_at: Option<DateTime<Utc>>,
    pub pause: Option<Pause>,
    pub gateway: GatewayTold,
    /// A pause began whose end is yet to be dealt with.
    pub pause_due: bool,
    /// What the servers say of this computer's clock.
    pub clock: ClockTold,
    /// The database cannot know what was sent: since when, and why. Nothing is polled or sent.
    pub doubt: Option<(Doubt, DateTime<Utc>)>,
    /// Another Booking Monitor works for this shop. Nothing is sent until a person takes over.
    pub rival: Option<Rival>,
}

/// What a process can ask of the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    Poll,
    /// The argument is a message: its bookings are read again.
    LookAgain,
    SettingsChanged,
    SecretChanged,
    ShowWindow,
}

impl RequestKind {
    const ALL: [Self; 5] =
        [Self::Poll, Self::LookAgain, Self::SettingsChanged, Self::SecretChanged, Self::ShowWindow];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::LookAgain => "look_again",
            Self::SettingsChanged => "settings_changed",
            Self::SecretChanged => "secret_changed",
            Self::ShowWindow => "show_window",
        }
    }
}

/// Something asked and not yet done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: i64,
    pub asked_at: DateTime<Utc>,
    pub kind: RequestKind,
    pub argument: String,
}

/// A word of ours for the account's state.
pub(super) fn state_word(state: &GatewayState) -> &str {
    match state {
        GatewayState::Authorised => "authorised",
        GatewayState::NotAuthorised => "not_authorised",
        GatewayState::Starting => "starting",
        GatewayState::SleepMode => "sleep_mode",
        GatewayState::YellowCard => "yellow_card",
        GatewayState::Blocked => "blocked",
        GatewayState::Suspended => "suspended",
        GatewayState::Unknown(word) => word,
    }
}

pub(super) fn gateway_told_in(
    tx: &Transaction<'_>,
    state: &GatewayState,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.prepare_cached("UPDATE desk SET gateway_state = ?1, gateway_state_at = ?2")?
        .execute(params![state_word(state), At(now)])?;
    Ok(())
}

/// Four columns about the clock.
fn read_clock(row: &Row<'_>, first: usize) -> rusqlite::Result<ClockTold> {
    Ok(ClockTold {
        difference: TimeDelta::milliseconds(row.get(first)?),
        standing: ClockStanding::parse(&row.get::<_, String>(first + 1)?)
            .unwrap_or(ClockStanding::Unconfirmed),
        since: row.get::<_, Option<At>>(first + 2)?.map(|at| at.0),
        detail: row.get(first + 3)?,
    })
}

fn read_desk(row: &Row<'_>) -> rusqlite::Result<DeskState> {
    let at = |index: usize| -> rusqlite::Result<Option<DateTime<Utc>>> {
        Ok(row.get::<_, Option<At>>(index)?.map(|at| at.0))
    };
    let (pid, since, alive_at) = (row.get::<_, Option<u32>>(0)?, at(1)?, at(2)?);
    let owner = match (pid, since, alive_at) {
        (Some(pid), Some(since), Some(alive_at)) => Some(Owner { pid, since, alive_at }),
        _ => None,
    };
    let until = at(4)?;
    Ok(DeskState {
        owner,
        alive_at,
        pause: at(3)?.map(|since| Pause { since, until }),
        gateway: GatewayTold {
            state: row.get(5)?,
            state_at: at(6)?,
            fault: row.get(7)?,
            detail: row.get(8)?,
            fault_at: at(9)?,
            amiss: row.get(20)?,
            amiss_at: at(21)?,
        },
        pause_due: row.get(12)?,
        clock: read_clock(row, 13)?,
        doubt: Doubt::parse(&row.get::<_, String>(10)?).zip(at(11)?),
        rival: match at(17)?.zip(Evidence::parse(&row.get::<_, String>(18)?)) {
            Some((since, by)) => Some(Rival { since, by, mark: row.get(19)? }),
            None => None,
        },
    })
}

/// Asks something of the owner, in a transaction of the caller's.
pub(super) fn ask_in(
    tx: &Transaction<'_>,
    kind: RequestKind,
    argument: &str,
    now: DateTime<Utc>,
) -> Result<i64, StorageError> {
    tx.execute(
        "INSERT INTO requests (asked_at, kind, argument) VALUES (?1, ?2, ?3)",
        params![At(now), kind.as_str(), argument],
    )?;
    Ok(tx.last_insert_rowid())
}

impl DeskState {
    /// The pause that holds at `now`.
    pub fn paused(&self, now: DateTime<Utc>) -> Option<&Pause> {
        self.pause.as_ref().filter(|pause| pause.until.is_none_or(|until| now < until))
    }
}

impl Outbox {
    /// The whole desk's state.
    pub fn desk(&self) -> Result<DeskState, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT owner_pid, owner_since, alive_at, paused_at, paused_until, gateway_state,
                     gateway_state_at, gateway_fault, gateway_detail, gateway_fault_at, doubt, doubt_at, pause_due,
                      clock_difference, clock_state, clock_at, clock_detail, rival_at, rival_by, rival_mark,
                      gateway_amiss, gateway_amiss_at FROM desk",
                )?
                .query_row([], read_desk)?)
        })
    }

    /// This process polls and sends from now on.
    pub fn take_desk(&self, pid: u32, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute(
                "UPDATE desk SET owner_pid = ?1, owner_since = ?2, alive_at = ?2",
                params![pid, At(now)],
            )?;
            // What stumbled in a process that is gone does not stumble in this one.
            tx.execute("DELETE FROM stumbles", [])?;
            note(tx, &Actor::Program, "start", now)
        })
    }

    /// The owner goes away in order.
    pub fn leave_desk(&self, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute("UPDATE desk SET owner_pid = NULL, owner_since = NULL, alive_at = ?1", [At(now)])?;
            note(tx, &Actor::Program, "stop", now)
        })
    }

    /// A sign of life.
    pub fn beat(&self, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.prepare_cached("UPDATE desk SET alive_at = ?1")?.execute([At(now)])?;
            Ok(())
        })
    }

    /// Nothing is claimed until `until`, or until resumed.
    pub fn pause(
        &self,
        until: Option<DateTime<Utc>>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute(
                "UPDATE desk SET paused_at = ?1, paused_until = ?2, pause_due = 1",
                params![At(now), until.map(At)],
            )?;
            note(tx, actor, "pause", now)
        })
    }

    /// Ends the pause. False when there was none.
    pub fn resume(&self, actor: &Actor, now: DateTime<Utc>) -> Result<bool, StorageError> {
        self.db.write(|tx| {
            let changed = tx.execute(
                "UPDATE desk SET paused_at = NULL, paused_until = NULL WHERE paused_at IS NOT NULL",
                [],
            )?;
            if changed > 0 {
                note(tx, actor, "resume", now)?;
            }
            Ok(changed > 0)
        })
    }

    /// What is known of this computer's clock.
    pub fn clock(&self) -> Result<ClockTold, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT clock_difference, clock_state, clock_at, clock_detail FROM desk")?
                .query_row([], |row| read_clock(row, 0))?)
        })
    }

    /// Writes down what the servers' clocks say of it.
    pub fn set_clock(&self, told: &ClockTold) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute(
                "UPDATE desk SET clock_difference = ?1, clock_state = ?2, clock_at = ?3, clock_detail = ?4",
                params![
                    told.difference.num_milliseconds(),
                    told.standing.as_str(),
                    told.since.map(At),
                    told.detail
                ],
            )?;
            Ok(())
        })
    }

    /// The end of a pause is dealt with: whatever became due in it has a window of its own.
    pub(crate) fn pause_is_dealt_with(tx: &Transaction<'_>) -> Result<(), StorageError> {
        tx.execute("UPDATE desk SET pause_due = 0", [])?;
        Ok(())
    }

    /// What the gateway said of its account.
    pub fn gateway_told(&self, state: &GatewayState, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| gateway_told_in(tx, state, now))
    }

    /// Why nothing can be sent, or None when it can. True when that is news.
    pub fn gateway_fault(
        &self,
        fault: Option<(FaultCode, &str)>,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let code = fault.map_or_else(String::new, |(code, _)| code.as_str().to_owned());
        let detail = fault.map_or("", |(_, detail)| detail);
        let known = self.desk()?.gateway;
        if known.fault == code && known.detail == detail {
            return Ok(false);
        }
        if known.fault == code {
            // The same, for another reason: it is no news, and what is shown is the present one.
            return self.db.write(|tx| {
                tx.execute("UPDATE desk SET gateway_detail = ?1", [detail])?;
                Ok(false)
            });
        }
        self.db.write(|tx| {
            tx.execute(
                "UPDATE desk SET gateway_fault = ?1, gateway_detail = ?2, gateway_fault_at = ?3",
                params![code, detail, fault.map(|_| At(now))],
            )?;
            Ok(true)
        })
    }

    /// What of the account's settings is not as it must be; empty when all is well. True when that is news.
    pub fn gateway_amiss(&self, amiss: &str, now: DateTime<Utc>) -> Result<bool, StorageError> {
        if self.desk()?.gateway.amiss == amiss {
            return Ok(false);
        }
        self.db.write(|tx| {
            tx.execute(
                "UPDATE desk SET gateway_amiss = ?1, gateway_amiss_at = ?2",
                params![amiss, (!amiss.is_empty()).then_some(At(now))],
            )?;
            Ok(true)
        })
    }

    /// Asks something of the owner; answers the request's number.
    pub fn ask(&self, kind: RequestKind, argument: &str, now: DateTime<Utc>) -> Result<i64, StorageError> {
        self.db.write(|tx| ask_in(tx, kind, argument, now))
    }

    /// What was asked and not done yet, in order.
    pub fn asked(&self) -> Result<Vec<Request>, StorageError> {
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, asked_at, kind, argument FROM requests INDEXED BY requests_open
                 WHERE done_at IS NULL ORDER BY id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get::<_, At>(1)?.0, row.get::<_, String>(2)?, row.get(3)?))
            })?;
            let mut requests = Vec::new();
            for row in rows {
                let (id, asked_at, word, argument) = row?;
                let kind = RequestKind::ALL.into_iter().find(|kind| kind.as_str() == word);
                if let Some(kind) = kind {
                    requests.push(Request { id, asked_at, kind, argument });
                }
            }
            Ok(requests)
        })
    }

    /// A request was carried out.
    pub fn answer(&self, request: i64, now: DateTime<Utc>) -> Result<(), StorageError> {
        self.db.write(|tx| {
            tx.execute("UPDATE requests SET done_at = ?2 WHERE id = ?1", params![request, At(now)])?;
            Ok(())
        })
    }

    /// Whether a request was carried out.
    pub fn is_answered(&self, request: i64) -> Result<bool, StorageError> {
        self.db.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT 1 FROM requests WHERE id = ?1 AND done_at IS NOT NULL")?
                .exists([request])?)
        })
    }
}
