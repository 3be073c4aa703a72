use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Row;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListFilter {
    All,
    /// Left for the client, whatever became of it there.
    Sent,
    /// On the client's phone, read or not.
    Delivered,
    Read,
    Undelivered,
    /// Came to an end without being sent.
    NotSent,
    Skipped,
    /// Did not reach the client and could have: somebody might call.
    Call,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// First and last day, `2026-08-14`, both included, by the desk's zone.
    pub from: String,
    pub to: String,
    pub filter: ListFilter,
    /// A part of the name, of the number, or its last four digits. Empty: all.
    pub search: String,
    /// The `next` of the page before; null for the first.
    pub after: Option<String>,
    /// At most 200.
    pub limit: usize,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ListPage {
    pub rows: Vec<Row>,
    /// How many fit the query, all pages together.
    pub total: i64,
    /// Where the next page begins; null after the last.
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DayTally {
    pub day: String,
    pub sent: i64,
    pub delivered: i64,
    pub undelivered: i64,
}

/// Somebody who may have written it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LikelyClient {
    pub phone: String,
    pub client: String,
    /// When they were last written to.
    pub told_at: String,
}

/// What a client wrote that may mean "stop", and only a person can decide about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct StopWish {
    pub id: i64,
    pub at: String,
    /// The word itself, from a chat that hides its number; else a text that merely contains it.
    pub sure: bool,
    /// Empty where the chat hides it.
    pub phone: String,
    pub text: String,
    /// The latest written to first.
    pub likely: Vec<LikelyClient>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Overview {
    /// Today by the desk's zone, such as `2026-08-14`.
    pub today: String,
    pub sent: i64,
    pub delivered: i64,
    pub read: i64,
    pub undelivered: i64,
    pub needs_you: i64,
    pub skipped: i64,
    /// Fourteen days, oldest first, today last.
    pub days: Vec<DayTally>,
    /// Age in seconds of the oldest row that should have gone out already; 0 when none.
    pub queue_age_s: i64,
    pub requests_waiting: i64,
    /// The oldest first.
    pub stops: Vec<StopWish>,
    /// What came from the gateway and could not be worked through, by its word and count; empty when nothing.
    pub aside: String,
    /// The last of them, for `aside_dismiss`: what comes meanwhile was not shown.
    pub aside_last: i64,
}
