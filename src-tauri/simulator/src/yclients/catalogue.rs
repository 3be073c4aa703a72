//! What changes while no booking is touched: the facts of a branch, the names of services and masters.
//!
//! `last_change_date` of the bookings that show them stays, as far as anybody knows; whoever wants it
//! to move changes the booking itself.

use serde::{Deserialize, Deserializer};

use super::booking::Booking;
use super::journal::Journal;
use crate::options::Branch;

/// A change to a branch: what is absent stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BranchChange {
    /// The name the staff knows.
    pub title: Option<String>,
    /// The name meant for clients; the inner none is the title again (JSON `null`).
    #[serde(deserialize_with = "present")]
    pub public_title: Option<Option<String>>,
    /// The street address.
    pub address: Option<String>,
    /// The branch's own phone.
    pub phone: Option<String>,
    /// The sign of its currency.
    pub currency: Option<String>,
}

/// A change to a service under its id: what is absent stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceChange {
    /// Another title.
    pub title: Option<String>,
    /// Another price of one.
    pub cost: Option<f64>,
}

impl Journal {
    /// None if there is no such branch.
    pub(crate) fn change_branch(&mut self, company_id: i64, change: BranchChange) -> Option<&Branch> {
        let branch = self.branch_mut(company_id)?;
        let texts = [
            (&mut branch.title, change.title),
            (&mut branch.address, change.address),
            (&mut branch.phone, change.phone),
            (&mut branch.currency, change.currency),
        ];
        for (text, new) in texts {
            if let Some(new) = new {
                *text = new;
            }
        }
        if let Some(title) = change.public_title {
            branch.public_title = title;
        }
        Some(branch)
    }

    /// How many bookings show it.
    pub(crate) fn change_service(&mut self, id: i64, change: &ServiceChange) -> usize {
        self.touch(|booking| {
            let mut shown = false;
            for service in booking.services.iter_mut().filter(|service| service.id == id) {
                if let Some(title) = &change.title {
                    title.clone_into(&mut service.title);
                }
                service.cost = change.cost.unwrap_or(service.cost);
                shown = true;
            }
            shown
        })
    }

    /// How many bookings show the master.
    pub(crate) fn rename_staff(&mut self, id: i64, name: &str) -> usize {
        self.touch(|booking| {
            let shown = booking.staff.id == id;
            if shown {
                name.clone_into(&mut booking.staff.name);
            }
            shown
        })
    }

    fn touch(&mut self, mut change: impl FnMut(&mut Booking) -> bool) -> usize {
        self.bookings_mut().iter_mut().map(|booking| usize::from(change(booking))).sum()
    }
}

/// Tells `null` from an absent field.
#[expect(clippy::option_option, reason = "absent, null and a text are three things")]
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
