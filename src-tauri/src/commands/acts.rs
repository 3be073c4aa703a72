//! What a person does with a message, and with the whole desk.

use chrono::{DateTime, Utc};
use engine::db::StorageError;
use engine::desk::OwnerLock;
use engine::notification::acts::Act;
use engine::notification::{Notification, NotificationId};
use engine::outbox::{Actor, OutboxError, RequestKind};
use engine::person::Person;

use super::{Answer, Here, blocking};
use crate::contract::{Desk, ErrorCode, Failure, Resolution, Row};
use crate::session::{Session, instance};
use crate::views;

/// One act of the person at the desk, answered with the row as it is then.
fn by_person(
    session: &Session,
    act: impl FnOnce(&Person<'_>) -> Result<Notification, OutboxError>,
) -> Answer<Row> {
    let settings = session.settings();
    let language = settings.language;
    let instance = instance(&settings);
    let done = act(&session.person(&settings, &instance));
    let row = done.map_err(|error| Failure::outbox(&error, language))?;
    views::row(session, &row).map_err(|error| Failure::storage(&error, language))
}

/// An act that a row offers; with `revision`, only if nobody changed what the person saw.
pub fn act(session: &Session, id: i64, revision: Option<i64>, act: Act) -> Answer<Row> {
    let (id, now) = (NotificationId(id), session.now());
    if act == Act::Cancel {
        let settings = session.settings();
        let instance = instance(&settings);
        let done = session.person(&settings, &instance).act(id, revision, act, now);
        let row = done.map_err(|error| Failure::cancel(&error, settings.language))?;
        return stored(session, views::row(session, &row));
    }
    by_person(session, |person| person.act(id, revision, act, now))
}

pub fn edit_begin(session: &Session, id: i64) -> Answer<Row> {
    act(session, id, None, Act::Edit)
}

pub fn edit_draft(session: &Session, id: i64, text: &str) -> Answer<()> {
    let (id, now) = (NotificationId(id), session.now());
    by_person(session, |person| person.draft(id, Some(text), now)).map(drop)
}

pub fn edit_save(session: &Session, id: i64, revision: i64, text: &str) -> Answer<Row> {
    let (id, now) = (NotificationId(id), session.now());
    by_person(session, |person| person.edit(id, Some(revision), text, now))
}

pub fn edit_leave(session: &Session, id: i64, discard: bool) -> Answer<Row> {
    let (id, now) = (NotificationId(id), session.now());
    by_person(session, |person| {
        if discard {
            person.draft(id, None, now)?;
        }
        person.close_editor(id, now)
    })
}

fn stored<T>(session: &Session, outcome: Result<T, StorageError>) -> Answer<T> {
    outcome.map_err(|error| Failure::storage(&error, session.language()))
}

pub fn desk(session: &Session) -> Answer<Desk> {
    stored(session, views::desk(session, session.now()))
}

/// `until` in RFC 3339; None: until resumed.
pub fn pause(session: &Session, until: Option<&str>) -> Answer<()> {
    let now = session.now();
    let until = match until.map(str::parse::<DateTime<Utc>>).transpose() {
        Ok(until) => until,
        Err(error) => return Err(Failure::internal(error, session.language())),
    };
    if until.is_some_and(|until| until <= now) {
        return Err(
            Failure::of(ErrorCode::NotNow, session.language()).detail("the pause would be over already")
        );
    }
    let actor = Actor::Person(session.person_name().to_owned());
    stored(session, session.outbox.pause(until, &actor, now))
}

pub fn resume(session: &Session) -> Answer<()> {
    let actor = Actor::Person(session.person_name().to_owned());
    stored(session, session.outbox.resume(&actor, session.now())).map(drop)
}

/// Somebody is there to answer what is asked of the owner; else says that nobody is.
fn is_worked(session: &Session) -> Answer<()> {
    if OwnerLock::is_held(&session.dir) {
        return Ok(());
    }
    let words = crate::words::nobody_works(session.language());
    let message = format!("{} {} {}", words.what, words.means, words.do_next);
    Err(Failure::of(ErrorCode::NotNow, session.language()).message(message))
}

/// Asks that a booking which YClients had as cancelled be read again. Promises nothing where nobody works.
pub fn look_again(session: &Session, id: i64) -> Answer<Row> {
    is_worked(session)?;
    act(session, id, None, Act::LookAgain)
}

/// Asks the owner for a poll. Without one nobody would answer, and it says so.
pub fn poll_now(session: &Session) -> Answer<()> {
    is_worked(session)?;
    stored(session, session.outbox.ask(RequestKind::Poll, "", session.now())).map(drop)
}

/// The commands.
pub mod command {
    use super::{Act, Answer, Desk, Here, Resolution, Row, blocking};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn desk(here: Here<'_>) -> Answer<Desk> {
        blocking(here, super::desk).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn send_now(here: Here<'_>, id: i64, revision: i64) -> Answer<Row> {
        blocking(here, move |session| super::act(session, id, Some(revision), Act::SendNow)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn cancel(here: Here<'_>, id: i64, revision: i64) -> Answer<Row> {
        blocking(here, move |session| super::act(session, id, Some(revision), Act::Cancel)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn extend(here: Here<'_>, id: i64, revision: i64) -> Answer<Row> {
        blocking(here, move |session| super::act(session, id, Some(revision), Act::Extend)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn hold(here: Here<'_>, id: i64, revision: i64) -> Answer<Row> {
        blocking(here, move |session| super::act(session, id, Some(revision), Act::Hold)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn release(here: Here<'_>, id: i64, revision: i64) -> Answer<Row> {
        blocking(here, move |session| super::act(session, id, Some(revision), Act::Release)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn restore(here: Here<'_>, id: i64) -> Answer<Row> {
        blocking(here, move |session| super::act(session, id, None, Act::Restore)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn look_again(here: Here<'_>, id: i64) -> Answer<Row> {
        blocking(here, move |session| super::look_again(session, id)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn resolve(here: Here<'_>, id: i64, word: Resolution) -> Answer<Row> {
        let word = match word {
            Resolution::Arrived => Act::Arrived,
            Resolution::Again => Act::Again,
            Resolution::Drop => Act::Drop,
        };
        blocking(here, move |session| super::act(session, id, None, word)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn resend(here: Here<'_>, id: i64) -> Answer<Row> {
        blocking(here, move |session| super::act(session, id, None, Act::Resend)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn seen(here: Here<'_>, id: i64) -> Answer<()> {
        blocking(here, move |session| super::act(session, id, None, Act::Seen).map(drop)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn edit_begin(here: Here<'_>, id: i64) -> Answer<Row> {
        blocking(here, move |session| super::edit_begin(session, id)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn edit_draft(here: Here<'_>, id: i64, text: String) -> Answer<()> {
        blocking(here, move |session| super::edit_draft(session, id, &text)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn edit_save(here: Here<'_>, id: i64, revision: i64, text: String) -> Answer<Row> {
        blocking(here, move |session| super::edit_save(session, id, revision, &text)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn edit_leave(here: Here<'_>, id: i64, discard: bool) -> Answer<Row> {
        blocking(here, move |session| super::edit_leave(session, id, discard)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn pause(here: Here<'_>, until: Option<String>) -> Answer<()> {
        blocking(here, move |session| super::pause(session, until.as_deref())).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn resume(here: Here<'_>) -> Answer<()> {
        blocking(here, super::resume).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn poll_now(here: Here<'_>) -> Answer<()> {
        blocking(here, super::poll_now).await
    }
}
