//! The desk's place: this computer, this data directory, and what the keyring
//! remembers of the database that worked here last.
//!
//! A database that was restored, or came with the image of a computer or the copy
//! of a profile, does not know what was sent since. The keyring is not part of
//! such a copy as a rule, so it holds a mark: which database, on which computer,
//! and the last numbers it gave out. What does not fit is doubted, nothing is
//! read or sent, and a person says when to begin anew.
//!
//! The mark is no secret and decides nothing while the desk works. It is written
//! beside the work, never in its way.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, Notify};
use tracing::{info, warn};

use crate::db::StorageError;
use crate::hash;
use crate::monitor::known::{self, LastRead};
use crate::outbox::{Actor, Anew, Doubt, Numbers, Origin, Outbox, begin_anew_in};
#[cfg(debug_assertions)]
use crate::planted;
use crate::ports::{Marks, SecretsError};
#[cfg(debug_assertions)]
use crate::supervision::Part;

/// What was given out after the last mark was written is not known to it: new
/// numbers begin so far beyond.
const BEYOND: i64 = 1000;

/// The same after a mark that nobody can read.
const FAR_BEYOND: i64 = 1_000_000;

/// So many hashes of 64 characters fit into an entry of 1280.
const STOPS_AN_ENTRY: usize = 19;

/// The mark follows what no attempt announces, such as a client's "stop", this often.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// What persons do is looked for this often: between that and the mark a copy would undo it unnoticed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A keyring that failed is left alone so long, unless something is sent.
const AFTER_A_FAILURE: Duration = Duration::from_secs(30);

/// The end of the work waits so long for the keyring.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(2);

/// Where a desk stands.
#[derive(Clone)]
pub struct Place {
    marks: Arc<dyn Marks>,
    /// The keyring's entries about this data directory begin so.
    name: String,
    /// Hash of the computer's id; empty when it has none.
    machine: String,
}

/// What the keyring remembers. Marks of every released version are read: what a version adds has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    instance: String,
    machine: String,
    #[serde(flatten)]
    numbers: Numbers,
    /// Empty in a mark of version 0.1.
    #[serde(default)]
    shop: String,
}

/// What was found under the directory's name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Remembered {
    Nothing,
    Mark(Mark),
    /// Something is there and cannot be read: not the same as nothing.
    Unreadable,
}

impl Remembered {
    const fn mark(&self) -> Option<&Mark> {
        match self {
            Self::Mark(mark) => Some(mark),
            Self::Nothing | Self::Unreadable => None,
        }
    }

    /// Numbers that nobody has been given.
    fn beyond(&self, own: Numbers) -> Numbers {
        match self {
            Self::Nothing => own,
            Self::Mark(mark) => mark.numbers.beyond(own, BEYOND),
            Self::Unreadable => own.beyond(own, FAR_BEYOND),
        }
    }
}

/// Why it could not be told whose the database is.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whose the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ours,
    /// Nobody's yet.
    Fresh,
    Doubted(Doubt),
}

/// What a person began anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunAnew {
    /// What had been found.
    pub doubt: Doubt,
    /// The branches that are read anew, with when the database had last read each: what was made
    /// since and is not known here may have been told already.
    pub branches: Vec<LastRead>,
}

impl Place {
    /// This data directory on the computer with this id (None: it has none that can be read).
    pub fn new(marks: Arc<dyn Marks>, directory: &Path, machine: Option<&str>) -> Self {
        let directory = directory.as_os_str().as_encoded_bytes();
        let machine = machine.map(str::trim).filter(|id| !id.is_empty());
        Self {
            marks,
            name: format!("desk-{}", short_hash(directory)),
            machine: machine.map(|id| short_hash(id.as_bytes())).unwrap_or_default(),
        }
    }

    async fn remembered(&self) -> Result<Remembered, SecretsError> {
        let Some(text) = self.marks.mark(&self.name).await? else { return Ok(Remembered::Nothing) };
        Ok(serde_json::from_str(&text).map_or(Remembered::Unreadable, Remembered::Mark))
    }

    async fn set_mark(&self, mark: &Mark) -> Result<(), SecretsError> {
        let text = serde_json::to_string(mark).map_err(|error| SecretsError::Refused(error.to_string()))?;
        self.marks.set_mark(&self.name, &text).await
    }

    /// Removes everything that is kept about the directory, the stop list too.
    pub async fn forget(&self) -> Result<(), SecretsError> {
        // From the end: after a failure half-way what is left is still found.
        let mut entries = 0;
        while self.marks.mark(&self.stops_entry(entries + 1)).await?.is_some() {
            entries += 1;
        }
        for number in (1..=entries).rev() {
            self.marks.remove_mark(&self.stops_entry(number)).await?;
        }
        self.marks.remove_mark(&self.name).await?;
        Ok(())
    }

    /// Comes back once the keyring answers, asked every so often.
    pub(super) async fn answers(&self, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            if self.remembered().await.is_ok() {
                return;
            }
        }
    }

    fn stops_entry(&self, number: usize) -> String {
        format!("{}.opt-outs-{number}", self.name)
    }

    /// The stop list, from all its entries.
    async fn stops(&self) -> Result<Vec<String>, SecretsError> {
        let mut stops = Vec::new();
        for number in 1.. {
            let Some(text) = self.marks.mark(&self.stops_entry(number)).await? else { break };
            stops.extend(text.split_whitespace().map(str::to_owned));
        }
        Ok(stops)
    }

    /// Writes the entries that are not as they were. `before` is what was read or written last.
    async fn set_stops(&self, before: &[String], stops: &[String]) -> Result<(), SecretsError> {
        let (before, after): (Vec<_>, Vec<_>) =
            (before.chunks(STOPS_AN_ENTRY).collect(), stops.chunks(STOPS_AN_ENTRY).collect());
        for (index, keys) in after.iter().enumerate() {
            if before.get(index) != Some(keys) {
                self.marks.set_mark(&self.stops_entry(index + 1), &keys.join(" ")).await?;
            }
        }
        // From the end: what is read stops at the first that is missing.
        for number in (after.len()..before.len()).rev() {
            self.marks.remove_mark(&self.stops_entry(number + 1)).await?;
        }
        Ok(())
    }
}

/// Eight bytes: enough to tell directories and computers apart, and nothing can be read from them.
fn short_hash(bytes: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(b"booking-monitor place ");
    digest.update(bytes);
    hash::hex(digest.finalize().into_iter().take(8))
}

fn judge(own: &Origin, remembered: &Remembered, machine: &str) -> Verdict {
    if let Some(doubt) = own.doubt {
        return Verdict::Doubted(doubt);
    }
    let known = remembered.mark().filter(|mark| !own.instance.is_empty() && mark.instance == own.instance);
    // An id that cannot be read says nothing.
    let another = |id: &str| !id.is_empty() && !machine.is_empty() && id != machine;
    let elsewhere = another(&own.machine) || known.is_some_and(|mark| another(&mark.machine));
    match known {
        Some(mark) if !elsewhere && !mark.numbers.exceed(own.numbers) => Verdict::Ours,
        _ if own.fresh => Verdict::Fresh,
        _ if elsewhere => Verdict::Doubted(Doubt::Copied),
        Some(_) => Verdict::Doubted(Doubt::Restored),
        None => Verdict::Doubted(Doubt::Unknown),
    }
}

/// Why the database must be doubted, if it must. Changes nothing.
pub async fn doubt(outbox: &Outbox, place: &Place) -> Result<Option<Doubt>, PlaceError> {
    let own = outbox.origin()?;
    if own.doubt.is_some() {
        return Ok(own.doubt);
    }
    match judge(&own, &place.remembered().await?, &place.machine) {
        Verdict::Doubted(doubt) => Ok(Some(doubt)),
        Verdict::Ours | Verdict::Fresh => Ok(None),
    }
}

/// The same before the work begins: what is found is written down, and a
/// database that is nobody's becomes this desk's. The keyring's stop list is
/// taken over in any case, for a "stop" holds in every database.
pub(super) async fn settle(
    outbox: &Outbox,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<Option<Doubt>, PlaceError> {
    let own = outbox.origin()?;
    if own.doubt.is_some() {
        return Ok(own.doubt);
    }
    let remembered = place.remembered().await?;
    let verdict = judge(&own, &remembered, &place.machine);
    let stops = place.stops().await?;
    match verdict {
        Verdict::Doubted(doubt) => {
            warn!(%doubt, "the database cannot know what was sent: nothing is read or sent until a person begins anew");
            outbox.take_doubt(doubt, now)?;
            return Ok(Some(doubt));
        }
        Verdict::Ours => {
            let machine = if place.machine.is_empty() { &own.machine } else { &place.machine };
            let shop = shop_of(&own, &remembered);
            let (instance, numbers) = (&own.instance, own.numbers);
            let same = Anew { instance, machine, shop: &shop, numbers, forgot: false, stops: &stops };
            outbox.adopt(same, now)?;
        }
        Verdict::Fresh => {
            let mark = Mark {
                instance: new_instance(),
                machine: place.machine.clone(),
                numbers: remembered.beyond(own.numbers),
                shop: shop_of(&own, &remembered),
            };
            // The keyring first: should either fail, the database is still nobody's.
            place.set_mark(&mark).await?;
            outbox.adopt(mark.anew(remembered != Remembered::Nothing, &stops), now)?;
        }
    }
    Ok(None)
}

/// A person says that the database, restored or copied, is to be worked with.
/// Every branch gets a new baseline: what was made before and is not known here
/// is skipped with the reason `restored`. None when there was nothing to doubt.
pub async fn begin_anew(
    outbox: &Outbox,
    place: &Place,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<BegunAnew>, PlaceError> {
    let Some(doubt) = doubt(outbox, place).await? else { return Ok(None) };
    // Not written down yet when no desk was opened since.
    outbox.take_doubt(doubt, now)?;
    let own = outbox.origin()?;
    let remembered = place.remembered().await?;
    let numbers = match &remembered {
        Remembered::Nothing => own.numbers.beyond(own.numbers, BEYOND),
        found => found.beyond(own.numbers),
    };
    let stops = place.stops().await?;
    let shop = shop_of(&own, &remembered);
    let mark = Mark { instance: new_instance(), machine: place.machine.clone(), numbers, shop };
    // The keyring first: should the database refuse, it is doubted as before.
    place.set_mark(&mark).await?;
    let anew = mark.anew(true, &stops);
    let branches = outbox.db().write(|tx| {
        let branches = known::read_before_in(tx)?;
        begin_anew_in(tx, anew, actor, now)?;
        Ok::<_, StorageError>(branches)
    })?;
    Ok(Some(BegunAnew { doubt, branches }))
}

/// Writes the mark for the owner that is not there, after what a person did meanwhile. What fits no mark
/// is left to the next start.
pub async fn remember(outbox: &Outbox, place: &Place) -> Result<(), PlaceError> {
    let own = outbox.origin()?;
    let remembered = place.remembered().await?;
    let Some(known) = remembered.mark() else { return Ok(()) };
    if judge(&own, &remembered, &place.machine) == Verdict::Ours && own.numbers.exceed(known.numbers) {
        place.set_mark(&Mark { numbers: own.numbers, ..known.clone() }).await?;
    }
    Ok(())
}

impl Mark {
    fn anew<'a>(&'a self, forgot: bool, stops: &'a [String]) -> Anew<'a> {
        let Self { instance, machine, numbers, shop } = self;
        Anew { instance, machine, shop, numbers: *numbers, forgot, stops }
    }
}

/// The shop's id as database or keyring have it, else a new one.
fn shop_of(own: &Origin, remembered: &Remembered) -> String {
    let kept = remembered.mark().map(|mark| mark.shop.clone()).unwrap_or_default();
    [own.shop.clone(), kept].into_iter().find(|id| !id.is_empty()).unwrap_or_else(new_shop)
}

/// Long enough to be nobody else's; it names neither computer nor shop.
fn new_shop() -> String {
    format!("{:016x}", rand::random::<u64>())
}

fn new_instance() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Keeps the mark and the stop list in the keyring as they are in the database.
pub(super) struct Keeper {
    outbox: Outbox,
    place: Place,
    /// Rung after each claim.
    attempted: Arc<Notify>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    mark: Option<Mark>,
    /// None: what the keyring has is not known.
    stops: Option<Vec<String>>,
    failing: bool,
}

impl Keeper {
    pub(super) fn new(outbox: Outbox, place: Place, attempted: Arc<Notify>) -> Self {
        Self { outbox, place, attempted, kept: Mutex::default() }
    }

    /// Writes what changed, again and again, until dropped.
    pub(super) async fn run(&self) {
        loop {
            #[cfg(debug_assertions)]
            planted::turn(Part::Keyring);
            let pause = if self.keep().await { KEEP_EVERY } else { AFTER_A_FAILURE };
            tokio::select! {
                () = self.attempted.notified() => {}
                () = self.acted() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Comes back when a person has done something, in whatever process.
    async fn acted(&self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let kept = self.kept.lock().await;
            let known = kept.mark.as_ref().map(|mark| mark.numbers.acts);
            if !kept.failing && self.outbox.acts().is_ok_and(|acts| known.is_some_and(|known| acts > known)) {
                return;
            }
        }
    }

    /// Once more at the end, for not longer than an end may wait.
    pub(super) async fn finish(&self) {
        if tokio::time::timeout(PATIENCE_AT_THE_END, self.keep()).await.is_err() {
            warn!("the keyring did not take the last mark in time");
        }
    }

    /// True when the keyring has everything. A failure is no fault of the desk's:
    /// an old mark only notices less.
    async fn keep(&self) -> bool {
        let mut kept = self.kept.lock().await;
        match self.write(&mut kept).await {
            Ok(()) => {
                if std::mem::take(&mut kept.failing) {
                    info!("the keyring takes the mark again");
                }
                true
            }
            Err(error) => {
                if !std::mem::replace(&mut kept.failing, true) {
                    warn!(%error, "the keyring does not take the mark; it is tried again");
                }
                false
            }
        }
    }

    async fn write(&self, kept: &mut Kept) -> Result<(), PlaceError> {
        let own = self.outbox.origin()?;
        // Meanwhile another process may have given the database a new name: then this desk ends.
        if own.doubt.is_some() {
            return Ok(());
        }
        let mark =
            Mark { instance: own.instance, machine: own.machine, numbers: own.numbers, shop: own.shop };
        if kept.mark.as_ref() != Some(&mark) {
            self.place.set_mark(&mark).await?;
            kept.mark = Some(mark);
        }
        let stops = self.outbox.stops()?;
        let before = match kept.stops.take() {
            Some(before) => before,
            None => self.place.stops().await?,
        };
        if before != stops {
            self.place.set_stops(&before, &stops).await?;
        }
        kept.stops = Some(stops);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
