//! Reading bookings one by one or a client's at once, as they are this moment.
//!
//! A bare "not found" cancels a message, so it is looked at twice: by the booking's own address and
//! by a listing, which are different questions to the server.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use futures::future::try_join_all;
use tracing::info;

use crate::booking::{Booking, BookingId, CompanyId, Unread};
use crate::ports::{BookingQuery, Bookings, BookingsError, Listing, Lookup};

/// More visits than this are read by one listing: one by one the first reading would be old before the last.
const ONE_BY_ONE: usize = 4;

/// A visit may have been moved: a client's are listed from so many days back to so many ahead.
const DAYS_BACK: i64 = 30;
const DAYS_AHEAD: i64 = 730;

/// A booking to be read again, as it is known.
#[derive(Debug, Clone)]
pub(crate) struct Sought {
    pub id: BookingId,
    /// The client's card; 0 without one.
    pub client: i64,
    /// The branch's day on which it was written.
    pub written_on: Option<NaiveDate>,
}

impl Sought {
    /// What is known of the booking, whose branch has `day` of it.
    pub(crate) fn of(id: BookingId, known: Option<&Booking>, written_on: Option<NaiveDate>) -> Self {
        let client = known.and_then(|booking| booking.client.as_ref()).map_or(0, |client| client.id);
        Self { id, client, written_on }
    }

    /// A listing that would show it, wherever it was moved; None when nothing is known to ask by.
    fn listing(&self, today: NaiveDate) -> Option<BookingQuery> {
        if self.client != 0 {
            return Some(of_client(self.client, today));
        }
        let day = self.written_on?;
        Some(BookingQuery::Created { from: day, to: day })
    }
}

/// A client's visits, wherever they were moved.
fn of_client(client: i64, today: NaiveDate) -> BookingQuery {
    let (from, to) = (today - TimeDelta::days(DAYS_BACK), today + TimeDelta::days(DAYS_AHEAD));
    BookingQuery::OfClient { client, from, to }
}

/// One booking as it is now; None when it is gone by both questions.
pub(crate) async fn read(
    bookings: &dyn Bookings,
    company: CompanyId,
    sought: &Sought,
    today: NaiveDate,
) -> Result<Option<Booking>, BookingsError> {
    if let Lookup::Found(booking) = bookings.get(company, sought.id).await? {
        return Ok(Some(*booking));
    }
    let Some(query) = sought.listing(today) else { return Ok(None) };
    let listing = bookings.list(company, &query).await?;
    if let Some(flawed) = could_be(&listing, sought.id) {
        return Err(BookingsError::Unreadable(flawed.to_string()));
    }
    let listed = listing.bookings.into_iter().find(|booking| booking.id == sought.id);
    if listed.as_ref().is_some_and(|booking| !booking.deleted) {
        info!(branch = %company, booking = %sought.id, "a booking that was not found is in the listing: it stands");
    }
    Ok(listed)
}

/// What a listing shows and cannot be read, where it may be this booking: then it is not gone.
fn could_be(listing: &Listing, id: BookingId) -> Option<&Unread> {
    if listing.bookings.iter().any(|booking| booking.id == id) {
        return None;
    }
    listing.unreadable.iter().find(|flawed| flawed.id.is_none_or(|flawed| flawed == id))
}

/// The bookings of one message as they are now; a missing entry is gone.
pub(crate) async fn read_all(
    bookings: &dyn Bookings,
    company: CompanyId,
    sought: &[Sought],
    today: NaiveDate,
) -> Result<HashMap<BookingId, Booking>, BookingsError> {
    let mut seen = HashMap::new();
    let shared = sought.first().map_or(0, |first| first.client);
    if sought.len() > ONE_BY_ONE && shared != 0 {
        let listing = bookings.list(company, &of_client(shared, today)).await?;
        if let Some(flawed) = sought.iter().find_map(|one| could_be(&listing, one.id)) {
            return Err(BookingsError::Unreadable(flawed.to_string()));
        }
        seen.extend(listing.bookings.into_iter().map(|booking| (booking.id, booking)));
        seen.retain(|id, _| sought.iter().any(|one| one.id == *id));
        // What the listing lacks is asked for by itself: it may be another client's by now.
        let missing = sought.iter().filter(|one| !seen.contains_key(&one.id)).map(|one| async {
            Ok::<_, BookingsError>(match bookings.get(company, one.id).await? {
                Lookup::Found(booking) => Some(*booking),
                Lookup::Gone => None,
            })
        });
        let found = try_join_all(missing.collect::<Vec<_>>()).await?;
        seen.extend(found.into_iter().flatten().map(|booking| (booking.id, booking)));
        return Ok(seen);
    }
    let each = sought.iter().map(|one| read(bookings, company, one, today));
    let found = try_join_all(each.collect::<Vec<_>>()).await?;
    seen.extend(found.into_iter().flatten().map(|booking| (booking.id, booking)));
    Ok(seen)
}
