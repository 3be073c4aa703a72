//! The log of requests: what a client did, for tests to count and for people to look at.
//!
//! Paths are kept without the gateway's token, so that the log can be printed.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::faults::{Place, Side};

/// Enough for a test and for the control page; older requests are forgotten, the totals are not.
const KEPT: usize = 2_000;

/// A request one of the two services got.
#[derive(Clone, Debug, Serialize)]
pub struct RequestSeen {
    /// Counts from 1, over both services.
    pub number: u64,
    /// The service.
    pub side: Side,
    /// `records`, `sendMessage`, … as [`crate::Target`] names it.
    pub endpoint: String,
    /// The HTTP method.
    pub method: String,
    /// The path, without the gateway's token.
    pub path: String,
    /// The query as it was sent; may be empty.
    pub query: String,
    /// When it came, by the servers' clock.
    pub at: DateTime<Utc>,
    /// What was answered; none while it is being answered, and for a connection that was cut.
    pub status: Option<u16>,
    /// The size of the answer's body.
    pub bytes: u64,
}

/// Running totals of one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EndpointTotals {
    /// Requests that came, answered or not.
    pub requests: u64,
    /// Bytes of the bodies answered.
    pub bytes: u64,
}

/// The log itself.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    seen: VecDeque<RequestSeen>,
    totals: BTreeMap<String, EndpointTotals>,
    last: u64,
}

impl RequestLog {
    pub(crate) fn begin(&mut self, place: &Place, method: &str, query: &str, at: DateTime<Utc>) -> u64 {
        self.last += 1;
        if self.seen.len() == KEPT {
            self.seen.pop_front();
        }
        self.seen.push_back(RequestSeen {
            number: self.last,
            side: place.side,
            endpoint: place.endpoint.clone(),
            method: method.to_owned(),
            path: place.path.clone(),
            query: query.to_owned(),
            at,
            status: None,
            bytes: 0,
        });
        self.totals.entry(place.endpoint.clone()).or_default().requests += 1;
        self.last
    }

    pub(crate) fn finish(&mut self, number: u64, status: u16, bytes: u64) {
        let Some(seen) = self.seen.iter_mut().rev().find(|seen| seen.number == number) else { return };
        seen.status = Some(status);
        seen.bytes = bytes;
        self.totals.entry(seen.endpoint.clone()).or_default().bytes += bytes;
    }

    pub(crate) fn seen(&self) -> Vec<RequestSeen> {
        self.seen.iter().cloned().collect()
    }

    pub(crate) fn totals(&self) -> BTreeMap<String, EndpointTotals> {
        self.totals.clone()
    }

    pub(crate) fn clear(&mut self) {
        self.seen.clear();
        self.totals.clear();
    }
}
