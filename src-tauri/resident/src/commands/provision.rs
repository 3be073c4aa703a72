//! `provision`: a computer set up from a file, for whoever has ten of them to do,
//! and the file made from one that works.
//!
//! Everything is read, asked and checked before the first thing is written. What is
//! refused leaves the computer as it was; what is there already is left alone.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use credentials::Keyring;
use engine::outbox::RequestKind;
use engine::ports::{BookingsError, Messenger as _, MessengerError, SecretName, Secrets, SecretsInMemory};
use engine::settings::{Language, Put, Settings, SettingsFile, WholeFile, exported};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::check::report::{Line, Name, Report};
use super::check::{check_gateway, check_yclients};
use super::secret::LONGEST;
use crate::failure::Failure;
use crate::session::Session;
use crate::views::Branches;
use crate::words::provision as say;
use crate::world::{self, Keys};
use crate::{runtime, words};

/// A shorter secret may stand in a file by chance.
const TELLING: usize = 8;

/// One secret: what the keyring has, and what came now.
struct Entry {
    name: SecretName,
    stored: Option<SecretString>,
    given: Option<SecretString>,
}

impl Entry {
    fn value(&self) -> Option<&SecretString> {
        self.given.as_ref().or(self.stored.as_ref())
    }

    /// What came is not what is stored.
    fn is_news(&self) -> bool {
        self.given.as_ref().is_some_and(|given| {
            self.stored.as_ref().is_none_or(|stored| stored.expose_secret() != given.expose_secret())
        })
    }
}

pub(super) fn run(session: &mut Session, file: &Path, dry_run: bool) -> Result<(), Failure> {
    let whole = WholeFile::read(file)?;
    let language = whole.settings.language;
    if whole.settings.branches.is_empty() {
        return Err(Failure::NoBranches);
    }
    if whole.settings.whatsapp.instance_id.trim().is_empty() {
        return Err(Failure::NoInstance);
    }
    let mut entries = runtime::block_on(stored())?;
    give(&mut entries, language)?;
    for secret in entries.iter().filter_map(Entry::value) {
        let value = secret.expose_secret();
        if value.len() >= TELLING
            && let Some(line) = whole.line_with(value)
        {
            return Err(Failure::SecretInFile { path: file.to_owned(), line, key: String::new() });
        }
    }
    let missing: Vec<_> =
        entries.iter().filter(|entry| entry.value().is_none()).map(|entry| entry.name).collect();
    if !missing.is_empty() {
        return Err(Failure::SecretsMissing(missing));
    }

    let (lines, refused) = ask_servers(session, &whole.settings, &entries)?;
    let put = SettingsFile::new(&session.dir).compare(&whole)?;
    let put = if refused || dry_run { put } else { store(session, &whole, &entries, put)? };
    let told = Told { put: &put, entries: &entries, lines: &lines, dry_run, refused };
    tell(session, &told, language)?;
    if refused { Err(Failure::NotProvisioned) } else { Ok(()) }
}

async fn stored() -> Result<Vec<Entry>, Failure> {
    let keyring = Keyring::open().await?;
    let mut entries = Vec::new();
    for name in SecretName::ALL {
        entries.push(Entry { name, stored: keyring.get(name).await?, given: None });
    }
    Ok(entries)
}

/// Takes what a person types, unseen, or what comes on standard input.
fn give(entries: &mut [Entry], language: Language) -> Result<(), Failure> {
    let failed = |error| Failure::Input { name: "-".to_owned(), error };
    if io::stdin().is_terminal() {
        for entry in entries {
            let prompt = say::prompt(entry.name, entry.stored.is_some(), language);
            let value: SecretString = rpassword::prompt_password(prompt).map_err(failed)?.trim().into();
            entry.given = Some(value).filter(|value| !value.expose_secret().is_empty());
        }
        return Ok(());
    }
    let mut text = String::new();
    io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    let text = SecretString::from(text);
    for (name, value) in read_lines(text.expose_secret()).map_err(Failure::SecretLine)? {
        if let Some(entry) = entries.iter_mut().find(|entry| entry.name == name) {
            entry.given = Some(value);
        }
    }
    Ok(())
}

/// `name=value` on each line; empty lines and those with `#` in front say nothing.
/// Err: the number of the first line that is none, names no secret of ours, or one twice.
fn read_lines(text: &str) -> Result<Vec<(SecretName, SecretString)>, usize> {
    let mut given: Vec<(SecretName, SecretString)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = index + 1;
        let (name, value) = line.split_once('=').ok_or(wrong)?;
        let (name, value) = (SecretName::parse(name.trim()).ok_or(wrong)?, value.trim());
        if value.is_empty() || given.iter().any(|(known, _)| *known == name) {
            return Err(wrong);
        }
        given.push((name, value.into()));
    }
    Ok(given)
}

/// The lines of `check` about the servers, with what is to be stored; true when that
/// is not accepted. A phone that is not linked yet and a right that is missing are
/// told and no obstacle: both are mended without the program.
fn ask_servers(
    session: &mut Session,
    settings: &Settings,
    entries: &[Entry],
) -> Result<(Vec<Line>, bool), Failure> {
    let (clock, json) = (Arc::clone(&session.clock), session.json);
    let language = settings.language;
    let progress = !json && io::stderr().is_terminal() && session.out.is_live();
    // Before anything is written there may be no database, and none is made.
    let known = session.dir.join(engine::db::FILE_NAME).exists();
    let outbox = if known { session.outbox().ok() } else { None };
    let mut report = Report { out: &mut session.out, json, language, lines: Vec::new(), progress };
    let refused = runtime::block_on(async {
        let memory = SecretsInMemory::default();
        for entry in entries {
            if let Some(value) = entry.value() {
                memory.set(entry.name, value.clone()).await?;
            }
        }
        let keys: Keys = Ok(Arc::new(memory) as Arc<dyn Secrets>);
        let tokens = tokens_hold(&mut report, settings, &keys).await?;
        if tokens {
            let now = || engine::clock::Clock::now(clock.as_ref());
            check_yclients(&mut report, settings, &keys, now).await?;
        }
        let gateway = gateway_holds(settings, &keys).await;
        check_gateway(&mut report, settings, &keys, outbox.as_ref(), false).await?;
        let branches = report.lines.iter().filter(|line| line.is_about("yclients.")).all(|line| line.ok);
        Ok::<_, Failure>(!(tokens && branches && gateway))
    })?;
    Ok((report.lines, refused))
}

/// Whether YClients takes both tokens. Refused for want of a right, it knows who asks.
async fn tokens_hold(report: &mut Report<'_>, settings: &Settings, keys: &Keys) -> Result<bool, Failure> {
    let name = &Name::new("yclients", "YClients");
    report.begin(name);
    let asked = match world::yclients(settings, keys, None).await {
        Ok(client) => client.companies().await.map(drop),
        Err(error) => Err(error),
    };
    match asked {
        Ok(()) | Err(BookingsError::Rights(_)) => Ok(true),
        Err(error) => report.fault(name, error.code(), &error.to_string()).map(|()| false),
    }
}

/// Whether the gateway takes its token; what only an instance that knows it says, it says.
async fn gateway_holds(settings: &Settings, keys: &Keys) -> bool {
    let asked = match world::gateway(settings, keys, None).await {
        Ok(gateway) => gateway.state().await.map(drop),
        Err(error) => Err(error),
    };
    matches!(
        asked,
        Ok(())
            | Err(MessengerError::Starting
                | MessengerError::NotAuthorised
                | MessengerError::Expired(_)
                | MessengerError::Suspended
                | MessengerError::RateLimited { .. }
                | MessengerError::Quota)
    )
}

/// The secrets first: with new settings and old tokens the owner would be refused at
/// every branch. Should anything fail, they are put back.
fn store(session: &Session, whole: &WholeFile, entries: &[Entry], put: Put) -> Result<Put, Failure> {
    let news: Vec<_> = entries.iter().filter(|entry| entry.is_news()).collect();
    if news.is_empty() && put == Put::Unchanged {
        return Ok(put);
    }
    let outbox = session.outbox()?;
    let written = runtime::block_on(async {
        let keyring = Keyring::open().await?;
        let written = async {
            for entry in &news {
                if let Some(value) = &entry.given {
                    keyring.set(entry.name, value.clone()).await?;
                }
            }
            Ok::<_, Failure>(SettingsFile::new(&session.dir).put(whole, session.now())?)
        }
        .await;
        if written.is_err() {
            for entry in &news {
                // What failed once may fail again; the first error is the one that is told.
                let _ = match &entry.stored {
                    Some(value) => keyring.set(entry.name, value.clone()).await,
                    None => keyring.remove(entry.name).await.map(drop),
                };
            }
        }
        written
    })?;
    if !news.is_empty() {
        outbox.ask(RequestKind::SecretChanged, "", session.now())?;
    }
    if written != Put::Unchanged {
        outbox.ask(RequestKind::SettingsChanged, "", session.now())?;
    }
    Ok(written)
}

struct Told<'a> {
    put: &'a Put,
    entries: &'a [Entry],
    lines: &'a [Line],
    dry_run: bool,
    refused: bool,
}

fn tell(session: &mut Session, told: &Told<'_>, language: Language) -> Result<(), Failure> {
    let news: Vec<_> = told.entries.iter().filter(|entry| entry.is_news()).map(|entry| entry.name).collect();
    if session.json {
        let (settings, kept_as) = match told.put {
            Put::Unchanged => ("unchanged", Value::Null),
            Put::New => ("new", Value::Null),
            Put::Changed { kept_as } => {
                ("changed", kept_as.as_ref().map_or(Value::Null, |path| json!(path.display().to_string())))
            }
        };
        return session.out.json(&json!({
            "written": !told.refused && !told.dry_run && (*told.put != Put::Unchanged || !news.is_empty()),
            "dry_run": told.dry_run,
            "settings": settings,
            "kept_as": kept_as,
            "secrets": news.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
            "checks": told.lines,
        }));
    }
    if told.refused {
        return Ok(());
    }
    if *told.put == Put::Unchanged && news.is_empty() {
        return session.out.line(say::nothing_new(language));
    }
    if told.dry_run {
        session.out.line(say::only_tried(language))?;
    }
    session.out.line(say::settings(told.put, told.dry_run, language))?;
    for name in news {
        session.out.line(say::secret(name, told.dry_run, language))?;
    }
    let wanting = told.lines.iter().filter(|line| !line.ok).count();
    if wanting > 0 {
        session.out.line(words::provision::wanting(wanting, language))?;
    }
    Ok(())
}

/// The other way round: this installation's settings as such a file.
pub(super) fn export(session: &mut Session, file: &Path) -> Result<(), Failure> {
    // The file alone: what the environment says holds for this computer.
    let settings = SettingsFile::new(&session.dir).read()?;
    let language = settings.language;
    let outbox = session.outbox()?;
    let mut branches = Branches::new(&outbox);
    let mut titles = Vec::new();
    for branch in &settings.branches {
        titles.push((branch.company_id, branches.title(branch.company_id)?));
    }
    let title = |company| {
        titles.iter().find(|(known, _)| *known == company).map(|(_, title)| title.clone()).unwrap_or_default()
    };
    let text = exported(&settings, say::head(language), title)?;
    if file == Path::new("-") {
        return session.out.line(text.trim_end());
    }
    let written = OpenOptions::new().write(true).create_new(true).open(file).and_then(|mut to| {
        to.write_all(text.as_bytes())?;
        to.sync_all()
    });
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => engine::backup::BackupError::Exists(file.to_owned()).into(),
        _ => Failure::Backup(engine::backup::BackupError::File { path: file.to_owned(), error }),
    })?;
    if session.json {
        session.out.json(&json!({ "file": file.display().to_string(), "branches": settings.branches.len() }))
    } else {
        session.out.line(say::exported(file, language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_line_by_line() {
        let text =
            "\u{feff}# the shop on Pokrovka\r\nyclients.partner-token = abc=\r\n\r\ngreen-api.token=def\n";
        let given = read_lines(text).unwrap();
        let shown: Vec<_> =
            given.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
        assert_eq!(shown, [("yclients.partner-token", "abc="), ("green-api.token", "def")]);
    }

    #[test]
    fn a_line_that_is_no_secret_is_named_by_its_number_alone() {
        for (text, line) in [
            ("abcdef", 1),
            ("\ngreen-api=abc", 2),
            ("green-api.token=", 1),
            ("green-api.token=a\ngreen-api.token=b", 2),
        ] {
            assert_eq!(read_lines(text).unwrap_err(), line, "{text:?}");
        }
    }
}
