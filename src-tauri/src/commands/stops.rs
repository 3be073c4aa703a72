//! What came in and stands before a person: words that may mean "stop", whose they are or that they are none,
//! and what could not be worked through, until it is seen.

use engine::outbox::{Actor, AsideSeen};

use super::lists::overview;
use super::template::number;
use super::{Answer, Here, blocking};
use crate::contract::{Failure, Overview};
use crate::session::Session;

/// It is this client's: that number hears nothing any more.
pub fn stop_of(session: &Session, id: i64, phone: &str) -> Answer<Overview> {
    let number = number(session, phone)?;
    let actor = Actor::Person(session.person_name().to_owned());
    let done = session.outbox.stop_is_of(id, number.as_str(), &actor, session.now());
    done.map_err(|error| Failure::outbox(&error, session.language()))?;
    overview(session)
}

/// Nothing follows from it.
pub fn stop_dismiss(session: &Session, id: i64) -> Answer<Overview> {
    let actor = Actor::Person(session.person_name().to_owned());
    let done = session.outbox.stop_is_no_wish(id, &actor, session.now());
    done.map_err(|error| Failure::outbox(&error, session.language()))?;
    overview(session)
}

/// What could not be worked through is seen, up to the last that was shown: it is counted no more.
pub fn aside_dismiss(session: &Session, last: i64) -> Answer<Overview> {
    let actor = Actor::Person(session.person_name().to_owned());
    let done = session.outbox.aside_is_seen(AsideSeen::UpTo(last), &actor, session.now());
    done.map_err(|error| Failure::outbox(&error, session.language()))?;
    overview(session)
}

/// The commands.
pub mod command {
    use super::{Answer, Here, Overview, blocking};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn stop_of(here: Here<'_>, id: i64, phone: String) -> Answer<Overview> {
        blocking(here, move |session| super::stop_of(session, id, &phone)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn stop_dismiss(here: Here<'_>, id: i64) -> Answer<Overview> {
        blocking(here, move |session| super::stop_dismiss(session, id)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn aside_dismiss(here: Here<'_>, last: i64) -> Answer<Overview> {
        blocking(here, move |session| super::aside_dismiss(session, last)).await
    }
}
