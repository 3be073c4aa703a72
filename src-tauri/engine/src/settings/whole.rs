//! A whole settings file at once, for whoever sets up many computers: read from
//! anywhere, checked to its end before anything is touched, put in the place of
//! the one that is there, and made from a working installation.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use toml_edit::{Document, Item, TableLike, Value};

use super::edit::{MAX_FILE_BYTES, edited};
use super::error::position;
use super::{Change, FILE_NAME, Settings, SettingsError, SettingsFile, broken, parse};
use crate::booking::CompanyId;
use crate::private_file;

/// What a key says that is meant to hold a secret, in small letters.
const SECRET_WORDS: [&str; 11] = [
    "token",
    "secret",
    "passw",
    "api_key",
    "api-key",
    "apikey",
    "credential",
    "bearer",
    "токен",
    "парол",
    "секрет",
];

/// A settings file that was read whole and can be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeFile {
    pub text: String,
    pub settings: Settings,
}

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WholeError {
    /// It holds a secret, or a place for one. The value is nowhere repeated.
    #[error("{}, line {line}: {key} looks like a secret, which does not belong into a file", path.display())]
    Secret {
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        key: String,
    },
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// What became of the settings file, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It says so already.
    Unchanged,
    /// There was none.
    New,
    /// What differs was written into the old one, comments kept; None: nothing was written, for it was only tried.
    Changed { kept_as: Option<PathBuf> },
}

impl WholeFile {
    /// Reads and checks all of it. Nothing is written anywhere.
    pub fn read(path: &Path) -> Result<Self, WholeError> {
        let failed = |error: &io::Error| SettingsError::of_file(path, format!("cannot be read: {error}"));
        let length = fs::metadata(path).map_err(|error| failed(&error))?.len();
        if length > MAX_FILE_BYTES {
            let message = "is too large for a settings file (1 MiB at most)";
            return Err(SettingsError::of_file(path, message).into());
        }
        let text = fs::read(path).map_err(|error| failed(&error))?;
        let text = String::from_utf8(text).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            SettingsError::at(
                path,
                error.as_bytes(),
                Some(at..at),
                None,
                "is not UTF-8 text; save it as UTF-8",
            )
        })?;
        // Before the keys are judged: "is not a setting" would be half of the truth.
        if let Ok(document) = Document::parse(text.as_str())
            && let Some((at, key)) = secret_in(document.as_table(), "")
        {
            let line = position(text.as_bytes(), at).0;
            return Err(WholeError::Secret { path: path.to_owned(), line, key });
        }
        let settings = parse::parse(path, &text)?;
        broken::refuse_new(path, &Settings::default(), &settings)?;
        Ok(Self { text, settings })
    }

    /// The line on which this stands, counted from 1.
    pub fn line_with(&self, word: &str) -> Option<usize> {
        self.text.lines().position(|line| line.contains(word)).map(|index| index + 1)
    }
}

/// The first key that promises a secret, and where it stands.
fn secret_in(table: &dyn TableLike, prefix: &str) -> Option<(usize, String)> {
    for (key, item) in table.iter() {
        let name = format!("{prefix}{key}");
        let small = key.to_lowercase();
        if SECRET_WORDS.iter().any(|word| small.contains(word)) {
            let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            return Some((span.map_or(0, |span| span.start), name));
        }
        let prefix = format!("{name}.");
        let within = match item {
            Item::ArrayOfTables(tables) => tables.iter().find_map(|table| secret_in(table, &prefix)),
            Item::Value(Value::Array(array)) => {
                let mut tables = array.iter().filter_map(Value::as_inline_table);
                tables.find_map(|table| secret_in(table, &prefix))
            }
            other => other.as_table_like().and_then(|table| secret_in(table, &prefix)),
        };
        if within.is_some() {
            return within;
        }
    }
    None
}

impl SettingsFile {
    /// What putting `whole` here would change. Writes nothing.
    pub fn compare(&self, whole: &WholeFile) -> Result<Put, SettingsError> {
        Ok(match self.merged(whole)? {
            (_, None) => Put::Unchanged,
            (before, Some(_)) if before.is_empty() => Put::New,
            (_, Some(_)) => Put::Changed { kept_as: None },
        })
    }

    /// Makes the file say what `whole` says: what differs is written into it, and its
    /// comments stay. The old file is kept beside it. A file that cannot be understood,
    /// or none, gives way to the text of `whole`.
    pub fn put(&self, whole: &WholeFile, now: DateTime<Utc>) -> Result<Put, SettingsError> {
        let _turn = self.take_turn().map_err(|error| self.failed("cannot be locked", &error))?;
        let (before, Some(after)) = self.merged(whole)? else { return Ok(Put::Unchanged) };
        if before.is_empty() {
            self.replace(&after).map_err(|error| self.failed("cannot be written", &error))?;
            return Ok(Put::New);
        }
        let kept_as = self.dir.join(format!("{FILE_NAME}.before-{}", now.format("%Y%m%dT%H%M%S%3fZ")));
        let kept = private_file().write(true).create_new(true).open(&kept_as).and_then(|mut file| {
            file.write_all(&before)?;
            file.sync_all()
        });
        kept.map_err(|error| self.failed("cannot be kept beside the new one", &error))?;
        self.replace(&after).map_err(|error| self.failed("cannot be written", &error))?;
        Ok(Put::Changed { kept_as: Some(kept_as) })
    }

    /// The file as it is, and what it would have to be; None when it may stay.
    fn merged(&self, whole: &WholeFile) -> Result<(Vec<u8>, Option<String>), SettingsError> {
        let before = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(self.failed("cannot be read", &error)),
        };
        let all = || Some(whole.text.clone());
        let Ok(text) = str::from_utf8(&before) else { return Ok((before, all())) };
        let Ok(old) = parse::parse(&self.path, text) else { return Ok((before, all())) };
        if before.is_empty() {
            return Ok((before, all()));
        }
        let changes = differences(&old, &whole.settings);
        if changes.is_empty() {
            return Ok((before, None));
        }
        let after = match edited(&self.path, text, &changes) {
            Ok((after, settings)) if differences(&settings, &whole.settings).is_empty() => after,
            // Written in some way that our editor leaves alone.
            _ => whole.text.clone(),
        };
        Ok((before, Some(after)))
    }
}

/// What has to be written into a file that says `old` to make it say `new`. The order of the branches says nothing.
fn differences(old: &Settings, new: &Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |differs: bool, change: Change| {
        if differs {
            changes.push(change);
        }
    };
    note(old.enabled != new.enabled, Change::Enabled(new.enabled));
    note(old.poll_interval != new.poll_interval, Change::PollInterval(new.poll_interval));
    note(old.delay != new.delay, Change::Delay(new.delay));
    note(old.language != new.language, Change::Language(new.language));
    note(old.quiet_hours != new.quiet_hours, Change::QuietHours(new.quiet_hours));
    note(old.min_lead != new.min_lead, Change::MinLead(new.min_lead));
    note(old.burst != new.burst, Change::Burst(new.burst));
    note(old.keep_days != new.keep_days, Change::KeepDays(new.keep_days));
    note(old.template != new.template, Change::Template(new.template.clone()));
    note(old.proxy != new.proxy, Change::Proxy(new.proxy.clone()));
    let (was, is) = (&old.yclients, &new.yclients);
    note(was.base_url != is.base_url, Change::YclientsBaseUrl(is.base_url.clone()));
    note(was.request_gap != is.request_gap, Change::RequestGap(is.request_gap));
    let (was, is) = (&old.whatsapp, &new.whatsapp);
    note(was.gateway != is.gateway, Change::Gateway(is.gateway));
    note(was.base_url != is.base_url, Change::WhatsappBaseUrl(is.base_url.clone()));
    note(was.instance_id != is.instance_id, Change::InstanceId(is.instance_id.clone()));
    note(was.send_gap != is.send_gap, Change::SendGap(is.send_gap));
    note(was.proxy != is.proxy, Change::WhatsappProxy(is.proxy.clone()));
    let (was, is) = (&old.window, &new.window);
    note(was.theme != is.theme, Change::Theme(is.theme));
    note(was.small_window != is.small_window, Change::SmallWindow(is.small_window));
    note(was.names_in_banners != is.names_in_banners, Change::NamesInBanners(is.names_in_banners));
    for branch in &old.branches {
        let gone = new.branches.iter().all(|other| other.company_id != branch.company_id);
        note(gone, Change::RemoveBranch(branch.company_id));
    }
    for branch in &new.branches {
        note(!old.branches.contains(branch), Change::PutBranch(branch.clone()));
    }
    changes
}

/// The settings as a file for another computer, every key written out. `note` gives
/// the lines of the comment at its head; `title` what a branch is called there.
pub fn exported(
    settings: &Settings,
    note: &str,
    title: impl Fn(CompanyId) -> String,
) -> Result<String, SettingsError> {
    let mut all = vec![
        Change::Enabled(settings.enabled),
        Change::PollInterval(settings.poll_interval),
        Change::Delay(settings.delay),
        Change::Language(settings.language),
        Change::QuietHours(settings.quiet_hours),
        Change::MinLead(settings.min_lead),
        Change::Burst(settings.burst),
        Change::KeepDays(settings.keep_days),
        Change::Template(settings.template.clone()),
        Change::Proxy(settings.proxy.clone()),
        Change::YclientsBaseUrl(settings.yclients.base_url.clone()),
        Change::RequestGap(settings.yclients.request_gap),
        Change::Gateway(settings.whatsapp.gateway),
        Change::WhatsappBaseUrl(settings.whatsapp.base_url.clone()),
        Change::InstanceId(settings.whatsapp.instance_id.clone()),
        Change::SendGap(settings.whatsapp.send_gap),
        Change::WhatsappProxy(settings.whatsapp.proxy.clone()),
        Change::Theme(settings.window.theme),
        Change::SmallWindow(settings.window.small_window),
        Change::NamesInBanners(settings.window.names_in_banners),
    ];
    all.extend(settings.branches.iter().cloned().map(Change::PutBranch));
    let (body, _) = edited(Path::new(FILE_NAME), "", &all)?;
    let mut head = String::new();
    let titles = settings.branches.iter().map(|branch| {
        // A title is another's text, and must stay in its comment.
        let title: String = title(branch.company_id).chars().filter(|letter| !letter.is_control()).collect();
        format!("{} — {title}", branch.company_id)
    });
    for line in note.lines().map(str::to_owned).chain(titles) {
        head.push_str(format!("# {line}").trim_end());
        head.push('\n');
    }
    Ok(format!("{head}\n{body}"))
}
