//! What a person does with one row: `queue edit`, `cancel`, `send` and the rest.

use std::io::Read as _;

use engine::desk::OwnerLock;
use engine::notification::{Notification, Refusal, State};
use engine::outbox::{Outbox, OutboxError};
use engine::person::Person;
use engine::settings::Settings;

use crate::cli::Queue;
use crate::commands::lists;
use crate::failure::Failure;
use crate::session::{Session, acting_person};
use crate::views::{Branches, Row};
use crate::words;
use crate::world;

pub(super) fn run(session: &mut Session, act: &Queue) -> Result<(), Failure> {
    // To keep a message back must be possible at all times; what makes a new
    // window or text needs to know the settings.
    let settings = match act {
        Queue::Cancel { .. } | Queue::Hold { .. } => session.settings().unwrap_or_default(),
        _ => session.settings()?,
    };
    let text = match act {
        Queue::Edit { text, .. } if text == "-" => Some(from_standard_input()?),
        _ => None,
    };
    let outbox = session.outbox()?;
    let row = perform(session, &outbox, &settings, act, text.as_deref())?;
    let mut branches = Branches::new(&outbox);
    if session.json {
        let view = Row::of(&row, &outbox, &mut branches)?;
        session.out.json(&view)
    } else {
        let language = session.language();
        session.out.line(words::acts::done(act, &row, language))?;
        let now = session.now();
        if row.state == State::Queued && !row.held {
            let running = OwnerLock::is_held(&session.dir);
            if let Some(words) = words::acts::not_yet(&outbox.desk()?, running, now, language) {
                session.out.line(words)?;
            }
        }
        lists::print_row(&mut session.out, &row, &mut branches, now, language)
    }
}

fn perform(
    session: &Session,
    outbox: &Outbox,
    settings: &Settings,
    act: &Queue,
    typed: Option<&str>,
) -> Result<Notification, Failure> {
    let name = acting_person();
    let instance = world::instance(settings);
    let person = Person { outbox, settings, name: &name, instance: &instance };
    let now = session.now();
    let row = match act {
        Queue::Edit { id, text, revision } => person.edit(*id, *revision, typed.unwrap_or(text), now)?,
        Queue::Cancel { id } => match person.cancel(*id, now) {
            Err(OutboxError::Refused(Refusal::TooLate(State::Sending))) => {
                return Err(Failure::CancelTooLate);
            }
            answer => answer?,
        },
        Queue::Send { id } => person.send_now(*id, now)?,
        Queue::Hold { id } => person.hold(*id, now)?,
        Queue::Release { id } => person.release(*id, now)?,
        Queue::Restore { id } => person.restore(*id, now)?,
        Queue::LookAgain { id } => person.look_again(*id, now)?,
        Queue::Resolve { id, word } => person.resolve(*id, (*word).into(), now)?,
        Queue::Resend { id } => person.resend(*id, now)?,
        // Dispatched before; a list changes nothing.
        Queue::List { .. } => return Err(Failure::Reported),
    };
    Ok(row)
}

fn from_standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|error| Failure::Input { name: "-".to_owned(), error })?;
    // The newline that every editor and `echo` puts at the end is no part of the message.
    let end =
        text.strip_suffix('\n').map_or(text.len(), |rest| rest.strip_suffix('\r').unwrap_or(rest).len());
    text.truncate(end);
    Ok(text)
}
