//! What of a booking a message speaks of, and whether that has changed.

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::booking::{Booking, BranchFacts, Service};
use crate::phone::Phone;

/// The facts a text was made from. Kept beside the text, so that a later look
/// at the booking can tell a real change from one that nobody would notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitFacts {
    pub starts_local: NaiveDateTime,
    pub starts_at: DateTime<Utc>,
    pub staff_id: i64,
    /// Service and amount, sorted: the server gives them in any order.
    pub services: Vec<(i64, i64)>,
    pub client_id: i64,
    pub client_name: String,
    pub phone: Phone,
    /// What else the text can say; None where an older version did not keep it,
    /// which is unknown and not different.
    #[serde(default)]
    pub words: Option<VisitWords>,
}

/// What a template can print of a visit beside who comes and when. A change of it
/// makes an unsent text anew, and is none once the text is with the client.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VisitWords {
    /// The master's name.
    #[serde(default)]
    pub master: String,
    /// With titles and prices, in the server's order.
    #[serde(default)]
    pub services: Vec<Service>,
    /// The branch's name.
    #[serde(default)]
    pub branch: String,
    /// The branch's address.
    #[serde(default)]
    pub address: String,
    /// The sign behind a price.
    #[serde(default)]
    pub currency: String,
    /// The year of the branch's wall clock in which the booking was made: a visit in another one
    /// says its year.
    #[serde(default)]
    pub written_in: Option<i32>,
}

impl VisitWords {
    /// With services in an order of their own: the server's says nothing.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.services.sort();
        self
    }
}

/// How a booking differs from what was written about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Another time.
    Moved,
    /// Another master, service, client, name or number.
    Changed,
}

impl VisitFacts {
    /// The facts of a booking that was found worth a message.
    pub fn of(
        booking: &Booking,
        phone: Phone,
        starts_local: NaiveDateTime,
        starts_at: DateTime<Utc>,
        written_in: Option<i32>,
        branch: &BranchFacts,
    ) -> Self {
        let mut services: Vec<_> =
            booking.services.iter().map(|service| (service.id, service.amount)).collect();
        services.sort_unstable();
        let client = booking.client.as_ref();
        Self {
            starts_local,
            starts_at,
            staff_id: booking.staff.as_ref().map_or(0, |staff| staff.id),
            services,
            client_id: client.map_or(0, |client| client.id),
            client_name: client.map(|client| client.name.clone()).unwrap_or_default(),
            phone,
            words: Some(VisitWords {
                master: booking.staff.as_ref().map(|staff| staff.name.clone()).unwrap_or_default(),
                services: booking.services.clone(),
                branch: branch.title.clone(),
                address: branch.address.clone(),
                currency: branch.currency.clone(),
                written_in,
            }),
        }
    }

    /// What changed from `self` to `now`, if anything a client would notice who has the text.
    pub fn difference(&self, now: &Self) -> Option<Difference> {
        if self.starts_local != now.starts_local {
            Some(Difference::Moved)
        } else if self.without_words() != now.without_words() {
            Some(Difference::Changed)
        } else {
            None
        }
    }

    fn without_words(&self) -> Self {
        Self { words: None, ..self.clone() }
    }
}

/// The instant of a wall-clock time in a branch's zone. In the hour that comes
/// twice it is the first; in the hour that never comes, the clock on the wall
/// shows an hour more at that moment.
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => {
            // The gap is an hour at most everywhere today; the time an hour later exists.
            let later = local + TimeDelta::hours(1);
            match zone.from_local_datetime(&later) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
                LocalResult::None => local.and_utc(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_wall_time_that_comes_never_or_twice_is_still_one_instant() {
        let berlin = |month, day, hour| {
            let local = NaiveDate::from_ymd_opt(2026, month, day).unwrap().and_hms_opt(hour, 30, 0).unwrap();
            instant(Tz::Europe__Berlin, local).format("%H:%M").to_string()
        };
        assert_eq!(berlin(3, 29, 1), "00:30");
        assert_eq!(berlin(3, 29, 2), "01:30", "half past two never comes: it is half past three");
        assert_eq!(berlin(3, 29, 3), "01:30");
        assert_eq!(berlin(10, 25, 2), "00:30", "half past two comes twice: the first");
    }
}
