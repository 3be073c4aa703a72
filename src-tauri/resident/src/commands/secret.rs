//! `secret`: credentials into the keyring and out of it again, never onto a screen.

use std::io::{self, IsTerminal as _, Read as _};

use credentials::Keyring;
use engine::outbox::RequestKind;
use engine::ports::{SecretName, Secrets as _};
use secrecy::SecretString;
use serde_json::json;

use crate::cli::Secret;
use crate::failure::Failure;
use crate::output::{Tone, pad, paint};
use crate::runtime;
use crate::session::Session;
use crate::words;

/// Longer than any secret; more is a file given by mistake.
pub(super) const LONGEST: u64 = 64 << 10;

pub(super) fn run(session: &mut Session, act: &Secret) -> Result<(), Failure> {
    match act {
        Secret::Set { name } => {
            let value = read(*name, session)?;
            runtime::block_on(async { Ok(Keyring::open().await?.set(*name, value).await?) })?;
            tell_owner(session)?;
            say(session, *name, words::secret::stored(*name, session.language()), true)
        }
        Secret::Remove { name } => {
            let removed = runtime::block_on(async { Ok(Keyring::open().await?.remove(*name).await?) })?;
            if removed {
                tell_owner(session)?;
            }
            say(session, *name, words::secret::removed(*name, removed, session.language()), false)
        }
        Secret::List => list(session),
    }
}

fn say(session: &mut Session, name: SecretName, text: String, set: bool) -> Result<(), Failure> {
    if session.json {
        session.out.json(&json!({ "name": name.as_str(), "set": set }))
    } else {
        session.out.line(text)
    }
}

fn list(session: &mut Session) -> Result<(), Failure> {
    let found = runtime::block_on(async {
        let keyring = Keyring::open().await?;
        let mut found = Vec::new();
        for name in SecretName::ALL {
            found.push((name, keyring.get(name).await?.is_some()));
        }
        Ok(found)
    })?;
    if session.json {
        let rows: Vec<_> =
            found.iter().map(|(name, set)| json!({ "name": name.as_str(), "set": set })).collect();
        return session.out.json(&rows);
    }
    let language = session.language();
    for (name, set) in found {
        let (mark, tone) = if set { ("✓", Tone::Good) } else { ("–", Tone::Quiet) };
        let text = words::secret::listed(name, set, language);
        session.out.line(format!("{} {}  {text}", paint(tone, mark), pad(name.as_str(), 22)))?;
    }
    Ok(())
}

/// The owner takes the new secret at once instead of at its next start.
fn tell_owner(session: &Session) -> Result<(), Failure> {
    session.outbox()?.ask(RequestKind::SecretChanged, "", session.now())?;
    Ok(())
}

fn read(name: SecretName, session: &Session) -> Result<SecretString, Failure> {
    let failed = |error| Failure::Input { name: "-".to_owned(), error };
    let text = if io::stdin().is_terminal() {
        rpassword::prompt_password(words::secret::prompt(name, session.language())).map_err(failed)?
    } else {
        let mut text = String::new();
        io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(failed)?;
        text
    };
    let value = text.trim_end_matches(['\n', '\r']);
    if value.trim().is_empty() { Err(Failure::EmptySecret(name)) } else { Ok(value.into()) }
}
