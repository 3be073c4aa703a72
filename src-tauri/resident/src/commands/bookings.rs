//! `bookings import`: which bookings are the bot's own.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use engine::outbox::Actor;

use crate::failure::Failure;
use crate::import_ids;
use crate::session::{Session, acting_person};
use crate::words;

pub(super) fn import(session: &mut Session, file: &Path) -> Result<(), Failure> {
    let text = read(file).map_err(|error| Failure::Input { name: file.display().to_string(), error })?;
    let ids = import_ids::read(&text).map_err(Failure::BadImport)?;
    let outbox = session.outbox()?;
    let done = outbox.import_bots_bookings(&ids, &Actor::Person(acting_person()), session.now())?;
    if session.json {
        session.out.json(&done)
    } else {
        let language = session.language();
        session.out.line(words::desk::imported(done, language))
    }
}

fn read(file: &Path) -> io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        Ok(text)
    } else {
        fs::read_to_string(file)
    }
}
