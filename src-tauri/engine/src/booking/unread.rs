//! A booking that came and could not be read: what is wrong with it, for a row, a count and a line.

use std::fmt;

use chrono::NaiveDateTime;

use super::BookingId;
use crate::closed_set::closed_set;

closed_set! {
    /// What can be wrong with a record. `words` has a phrase for each.
    FlawKind {
        /// The record is no object at all.
        NoRecord = "no_record",
        /// It has no number, or none that can be read.
        NoId = "no_id",
        /// It belongs to another branch than was asked for.
        OtherBranch = "other_branch",
        /// A field stands there twice.
        Twice = "twice",
        NoNumber = "no_number",
        /// Neither yes nor no.
        NoFlag = "no_flag",
        NoText = "no_text",
        NoObject = "no_object",
        NoList = "no_list",
        /// A date or a time that is none.
        NoDate = "no_date",
        /// A value that is not among those that are known.
        UnknownValue = "unknown_value",
        /// Nested deeper than anything a booking needs.
        TooDeep = "too_deep",
    }
}

/// What is wrong, and in which field of the wire. It repeats no value: values are personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub kind: FlawKind,
    /// As the wire names it; empty when it is the whole record.
    pub field: String,
}

impl Flaw {
    pub fn new(kind: FlawKind, field: &str) -> Self {
        Self { kind, field: field.to_owned() }
    }

    /// Of the record as a whole.
    pub fn whole(kind: FlawKind) -> Self {
        Self::new(kind, "")
    }

    /// The reverse of its `Display`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, field) = text.split_once(' ').unwrap_or((text, ""));
        Some(Self::new(FlawKind::parse(kind)?, field))
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if self.field.is_empty() { Ok(()) } else { write!(f, " {}", self.field) }
    }
}

/// A record of a listing that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub id: Option<BookingId>,
    pub flaw: Flaw,
    /// The visit's start on the branch's wall clock, where that much is legible.
    pub starts_local: Option<NaiveDateTime>,
    /// Tells records without a number apart; the same for the same text.
    pub print: u64,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "booking {id}: {}", self.flaw),
            None => write!(f, "a booking without a number: {}", self.flaw),
        }
    }
}
