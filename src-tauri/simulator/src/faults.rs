//! What can be made to go wrong, where, and how often.
//!
//! A fault is armed for a target and counts the requests it meets. The middleware of the server asks
//! here before each request and carries the plan out; the few faults that bend the meaning of a
//! request reach its handler as [`Quirks`]. Nothing here touches a connection or a body.

use serde::{Deserialize, Serialize};

/// One of the two simulated services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// YClients REST.
    Yclients,
    /// GREEN-API.
    Gateway,
}

/// The requests a fault meets. An absent part meets all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Target {
    /// YClients or the gateway.
    pub side: Option<Side>,
    /// `records`, `record`, `companies`, `company`, `users`, `permissions`, `auth`, or the gateway's
    /// method, such as `sendMessage`.
    pub endpoint: Option<String>,
    /// Only this branch's requests.
    pub company_id: Option<i64>,
    /// Only requests for this booking by itself (`record`).
    pub record_id: Option<i64>,
}

impl Target {
    /// Every request of one side.
    pub fn side(side: Side) -> Self {
        Self { side: Some(side), ..Self::default() }
    }

    /// One endpoint of YClients.
    pub fn yclients(endpoint: &str) -> Self {
        Self { endpoint: Some(endpoint.to_owned()), ..Self::side(Side::Yclients) }
    }

    /// One booking, asked for by itself.
    pub fn record(id: i64) -> Self {
        Self { record_id: Some(id), ..Self::yclients("record") }
    }

    /// One method of the gateway.
    pub fn gateway(method: &str) -> Self {
        Self { endpoint: Some(method.to_owned()), ..Self::side(Side::Gateway) }
    }

    fn meets(&self, place: &Place) -> bool {
        self.side.is_none_or(|side| side == place.side)
            && self.endpoint.as_ref().is_none_or(|endpoint| *endpoint == place.endpoint)
            && self.company_id.is_none_or(|id| Some(id) == place.company_id)
            && self.record_id.is_none_or(|id| Some(id) == place.record_id)
    }
}

/// Something that goes wrong for some requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The requests it meets.
    #[serde(default)]
    pub target: Target,
    /// What happens to them.
    pub kind: FaultKind,
    /// How many requests it meets before it is spent; absent: until cleared.
    #[serde(default)]
    pub times: Option<u32>,
    /// How many requests pass unharmed first (the third page, the second send).
    #[serde(default)]
    pub skip: u32,
}

impl Fault {
    /// Happens once.
    pub fn once(target: Target, kind: FaultKind) -> Self {
        Self::times(1, target, kind)
    }

    /// Happens to the next `times` requests.
    pub fn times(times: u32, target: Target, kind: FaultKind) -> Self {
        Self { target, kind, times: Some(times), skip: 0 }
    }

    /// Happens until cleared.
    pub fn always(target: Target, kind: FaultKind) -> Self {
        Self { target, kind, times: None, skip: 0 }
    }

    /// Lets the first requests pass.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// What goes wrong. In JSON an object with one key, or a bare word where nothing else is needed:
/// `"cut_after"`, `{"delay": {"milliseconds": 300}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// This status and body instead of an answer; the request is not handled.
    Status {
        /// The HTTP status.
        status: u16,
        /// The whole body.
        #[serde(default)]
        body: String,
        /// The `Content-Type`.
        #[serde(default = "plain_text")]
        content_type: String,
        /// The `Retry-After` header, if any.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// A page with status 200, as a proxy or a captive portal gives it.
    Html,
    /// YClients' `success:false` with status 200.
    SuccessFalse {
        /// The text of `meta.message`.
        #[serde(default)]
        message: String,
    },
    /// YClients' own 404, in the words it has for what is not there; the request is not handled.
    NotFound,
    /// The gateway's `status:false` with status 200.
    StatusFalse {
        /// The text of `reason`.
        #[serde(default)]
        reason: String,
    },
    /// Handled, and answered with this all the same: as the gateway deletes a notification and stumbles
    /// over it afterwards.
    StatusAfter {
        /// The HTTP status.
        status: u16,
        /// The whole body.
        #[serde(default)]
        body: String,
    },
    /// Handled; the answer's JSON stops in the middle.
    TruncatedJson,
    /// Handled; the answer is 200 without a body.
    EmptyBody,
    /// Not handled; a valid JSON answer of about this size.
    HugeBody {
        /// Its size.
        megabytes: usize,
    },
    /// Not handled; arrays within arrays.
    DeepJson {
        /// How many.
        depth: usize,
    },
    /// The request is handled late.
    Delay {
        /// How late.
        milliseconds: u64,
    },
    /// The request is handled at once, and answered late.
    DelayAnswer {
        /// How late.
        milliseconds: u64,
    },
    /// Not handled, never answered. Clearing the faults cuts the connection.
    Hang,
    /// Handled, never answered. Clearing the faults cuts the connection.
    HangAfter,
    /// The connection is reset before the request is handled; no byte of an answer.
    CutBefore,
    /// The request is handled and the connection reset; no byte of an answer.
    CutAfter,
    /// The request is handled, and the connection closed after so many bytes of the answer.
    CutAnswer {
        /// Bytes, counted from the status line.
        bytes: u64,
    },
    /// Too many requests. YClients is known to say so with and without the status.
    TooManyRequests {
        /// Whether the status is 429; else YClients answers 200.
        #[serde(default = "yes")]
        with_status: bool,
        /// The `Retry-After` header, if any.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// `records` answers its first page whatever page was asked for.
    SamePage,
    /// `records` reads `changed_after` as UTC instead of branch time.
    ChangedAfterUtc,
    /// `records` with `changed_after` never shows these bookings.
    ChangedAfterBlind {
        /// The ids; none: it shows nothing at all.
        #[serde(default)]
        bookings: Vec<i64>,
    },
}

fn plain_text() -> String {
    "text/plain; charset=utf-8".to_owned()
}

fn yes() -> bool {
    true
}

/// Where a request goes, as faults and the log name it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) side: Side,
    pub(crate) endpoint: String,
    pub(crate) company_id: Option<i64>,
    pub(crate) record_id: Option<i64>,
    /// Without the gateway's token.
    pub(crate) path: String,
}

/// A fault with the id it is cleared by.
#[derive(Clone, Debug, Serialize)]
pub struct ArmedFault {
    /// Counts from 1.
    pub id: u64,
    /// The fault, with what is left of `times` and `skip`.
    #[serde(flatten)]
    pub fault: Fault,
}

/// The faults armed, in the order they were armed.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<ArmedFault>,
    last_id: u64,
    /// Moves when faults are cleared, so that whoever hangs can let go.
    cleared: u64,
}

/// What happens to one request.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay_ms: u64,
    pub(crate) answer_delay_ms: u64,
    pub(crate) quirks: Quirks,
    pub(crate) answer: Option<FaultKind>,
}

/// The faults that bend what a request means instead of breaking its transport.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quirks {
    pub(crate) same_page: bool,
    pub(crate) changed_after_utc: bool,
    /// Bookings that `changed_after` misses; an empty list means all.
    pub(crate) blind_to: Option<Vec<i64>>,
}

impl Faults {
    pub(crate) fn arm(&mut self, fault: Fault) -> u64 {
        self.last_id += 1;
        self.armed.push(ArmedFault { id: self.last_id, fault });
        self.last_id
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
        self.cleared += 1;
    }

    pub(crate) fn clear_one(&mut self, id: u64) -> bool {
        let before = self.armed.len();
        self.armed.retain(|armed| armed.id != id);
        self.cleared += 1;
        self.armed.len() < before
    }

    pub(crate) fn cleared(&self) -> u64 {
        self.cleared
    }

    pub(crate) fn armed(&self) -> &[ArmedFault] {
        &self.armed
    }

    /// Takes what is armed for this request. Delays add up and quirks join; of the faults that decide
    /// the answer only the first is met, the others wait for the next request.
    pub(crate) fn take(&mut self, place: &Place) -> Plan {
        let mut plan = Plan::default();
        for ArmedFault { fault, .. } in &mut self.armed {
            if !fault.target.meets(place) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            match &fault.kind {
                FaultKind::Delay { milliseconds } => plan.delay_ms += milliseconds,
                FaultKind::DelayAnswer { milliseconds } => plan.answer_delay_ms += milliseconds,
                FaultKind::SamePage => plan.quirks.same_page = true,
                FaultKind::ChangedAfterUtc => plan.quirks.changed_after_utc = true,
                FaultKind::ChangedAfterBlind { bookings } => plan.quirks.blind_to = Some(bookings.clone()),
                other if plan.answer.is_none() => plan.answer = Some(other.clone()),
                _ => continue,
            }
            if let Some(times) = &mut fault.times {
                *times = times.saturating_sub(1);
            }
        }
        self.armed.retain(|armed| armed.fault.times != Some(0));
        plan
    }
}
