//! What the users of a branch are called, so that a row says who wrote its booking.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use tracing::{debug, warn};

use super::{Monitor, Watch};

/// A user whom YClients does not name (dismissed, or hidden from us) is not asked about at every poll.
const ASK_AGAIN: TimeDelta = TimeDelta::hours(1);

impl Monitor {
    /// Asks for the names when somebody not known by name wrote one of the bookings. A poll is whole without
    /// them: what cannot be read or kept now is asked for again with somebody's booking an hour later.
    pub(super) async fn name_authors(&self, watch: &mut Watch, authors: &BTreeSet<i64>) {
        let now = self.clock.now();
        if watch.names_asked_at.is_some_and(|at| at <= now && now - at < ASK_AGAIN) {
            return;
        }
        match self.outbox.users_are_named(watch.company, authors) {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                warn!(branch = %watch.company, %error, "who is known by name could not be read");
                return;
            }
        }
        watch.names_asked_at = Some(now);
        match self.bookings.user_names(watch.company).await {
            Ok(names) => {
                if let Err(error) = self.outbox.name_users(watch.company, &names) {
                    warn!(branch = %watch.company, %error, "the users' names could not be kept");
                }
            }
            // Without the right to see users the rows show their numbers; nothing else needs them.
            Err(error) => {
                debug!(branch = %watch.company, error = error.in_log(), "the users' names could not be read");
            }
        }
    }
}
