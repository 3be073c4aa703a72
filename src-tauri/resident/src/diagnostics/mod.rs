//! The file for whoever supports a shop: versions, settings, states and counts, health and the log's end.
//!
//! One text, in English, that can be read before it is sent. Nothing in it names a client, a number, a text
//! or a secret: what comes from the database is numbers, times and words of closed sets; every other line
//! goes through [`plain`]; and what the keyring holds is looked for in the whole at the end.

mod log;
mod plain;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::{env, fs};

use credentials::Keyring;
use engine::desk::{OwnerLock, WindowLock};
use engine::diagnostics::{self, Section};
use engine::ports::{SecretName, Secrets};
use secrecy::ExposeSecret as _;

use crate::commands::check;
use crate::failure::Failure;
use crate::runtime;
use crate::session::Session;
use crate::when::rfc3339;

const HEAD: &str = "Booking Monitor: a file for support.
It holds no name, telephone number, text or secret. ▮ stands for what was left out.";

/// The whole text.
pub(crate) fn gather(session: &mut Session) -> Result<String, Failure> {
    let dir = session.dir.clone();
    // First, as it was found: whoever looks for health opens it for work, which brings an older one up to date.
    let database = diagnostics::of_database(&dir);
    let names = diagnostics::names(&dir);
    let mut sections = vec![program(session, &names)];
    sections.extend(database);
    sections.push(match session.settings() {
        Ok(settings) => diagnostics::of_settings(&settings),
        // Its words quote the file.
        Err(Failure::Settings(error)) => {
            let line =
                error.line.map_or_else(|| "broken".to_owned(), |line| format!("broken in line {line}"));
            Section { title: "settings", lines: vec![line] }
        }
        Err(_) => Section { title: "settings", lines: vec!["cannot be read".to_owned()] },
    });
    sections.push(Section { title: "health", lines: health(session, &names)? });
    sections.push(Section { title: "log", lines: log::tail(&dir, &names) });

    let mut text = HEAD.to_owned();
    for Section { title, lines } in sections {
        let _ = write!(text, "\n\n== {title} ==\n{}", lines.join("\n"));
    }
    text.push('\n');
    Ok(plain::without(text, &secrets()))
}

fn program(session: &Session, names: &BTreeSet<String>) -> Section {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = system.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or_default();
    let held = |on: bool| if on { "runs" } else { "rests" };
    let lines = vec![
        format!("version {}", env!("CARGO_PKG_VERSION")),
        format!(
            "system {} {} {}",
            env::consts::OS,
            env::consts::ARCH,
            plain::said(system.trim_matches('"'), names)
        ),
        format!(
            "made at {}, by this computer's clock {}",
            rfc3339(session.now()),
            rfc3339(session.computer.now())
        ),
        format!(
            "owner {}, window {}",
            held(OwnerLock::is_held(&session.dir)),
            held(WindowLock::is_held(&session.dir))
        ),
    ];
    Section { title: "program", lines }
}

/// What `check` finds, a line each.
fn health(session: &mut Session, names: &BTreeSet<String>) -> Result<Vec<String>, Failure> {
    let found = check::for_support(session)?;
    Ok(found
        .iter()
        .map(|line| {
            let mark = match (line.ok, line.warning) {
                (true, false) => "ok  ",
                (true, true) => "look",
                (false, _) => "BAD ",
            };
            // What is wrong with the settings quotes them.
            let quotes = line.key() == "settings" && !line.ok;
            let message = if quotes { "" } else { &line.message };
            // Names of lines and advice are the program's own.
            let said = format!("{mark} {}: {} {}", line.key(), plain::said(message, names), line.advice);
            said.trim_end().to_owned()
        })
        .collect())
}

/// What must not be in it whatever happens. A keyring that does not open can have told nobody either.
fn secrets() -> Vec<String> {
    let found = runtime::block_on(async {
        let mut found = Vec::new();
        if let Ok(keyring) = Keyring::open().await {
            let keyring: Arc<dyn Secrets> = Arc::new(keyring);
            for name in SecretName::ALL {
                if let Ok(Some(secret)) = keyring.get(name).await {
                    found.push(secret.expose_secret().trim().to_owned());
                }
            }
        }
        Ok(found)
    });
    found.unwrap_or_default()
}
