//! What the set-up asks: which branches, whose users, and whether the rights suffice.

use engine::booking::{BranchFacts, CompanyId};
use engine::error::BookingsError;

use crate::client::Client;
use crate::pace::Lane;
use crate::wire;

/// No owner has more branches than twenty pages hold; a server that ignores
/// paging ends earlier, with a page that brings nothing new.
const MOST_PAGES: usize = 20;

/// A branch the user may manage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    pub id: CompanyId,
    /// The licence is paid.
    pub active: bool,
    pub facts: BranchFacts,
}

/// A user of a branch, to tell the bot's from the staff's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    /// May be empty.
    pub name: String,
}

/// The rights of our user in a branch, as far as they matter here. None: not said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions {
    /// May read the journal.
    pub timetable: Option<bool>,
    /// Sees this member of the staff only.
    pub only_staff: Option<i64>,
    /// Sees this position only.
    pub only_position: Option<i64>,
    /// Sees clients' phones in the journal.
    pub phones: Option<bool>,
}

/// A right without which bookings or phones are missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingRight {
    /// The journal cannot be read at all.
    Timetable,
    /// Bookings of one member of the staff only.
    AllStaff { only: i64 },
    /// Bookings of one position only.
    AllPositions { only: i64 },
    /// Phones come hidden by stars: nobody can be written to.
    Phones,
}

impl Permissions {
    /// What to ask the owner for. What was not said is not called missing.
    pub fn missing(&self) -> Vec<MissingRight> {
        [
            (self.timetable == Some(false)).then_some(MissingRight::Timetable),
            self.only_staff.map(|only| MissingRight::AllStaff { only }),
            self.only_position.map(|only| MissingRight::AllPositions { only }),
            (self.phones == Some(false)).then_some(MissingRight::Phones),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Client {
    /// The branches that the user may manage, in the server's order.
    pub async fn companies(&self) -> Result<Vec<Company>, BookingsError> {
        let mut companies: Vec<Company> = Vec::new();
        for page in 1..=MOST_PAGES {
            let query = [("my", "1".to_owned()), ("count", "200".to_owned()), ("page", page.to_string())];
            let answer = self.http.get(Lane::Ordinary, &["companies"], &query).await?;
            let rows = self.http.open(&answer)?.rows().map_err(BookingsError::Unreadable)?;
            let before = companies.len();
            for company in wire::companies(&rows) {
                if companies.iter().all(|known| known.id != company.id) {
                    companies.push(company);
                }
            }
            if companies.len() == before {
                break;
            }
        }
        Ok(companies)
    }

    /// The users of a branch. Without the right to see them: [`BookingsError::Rights`].
    pub async fn users(&self, company: CompanyId) -> Result<Vec<User>, BookingsError> {
        let path = ["company", &company.to_string(), "users"];
        let answer = self.http.get(Lane::Ordinary, &path, &[]).await?;
        let rows = self.http.open(&answer)?.rows().map_err(BookingsError::Unreadable)?;
        Ok(wire::users(&rows))
    }

    /// What our user may do in a branch.
    pub async fn permissions(&self, company: CompanyId) -> Result<Permissions, BookingsError> {
        let path = ["user", "permissions", &company.to_string()];
        let answer = self.http.get(Lane::Ordinary, &path, &[]).await?;
        let data = self.http.open(&answer)?.data().map_err(BookingsError::Unreadable)?;
        wire::permissions(data).map_err(BookingsError::Unreadable)
    }
}
