//! Changing `settings.toml` without losing what its owner wrote around the values.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::{
    BranchQuietHours, BranchSettings, Delay, Gateway, Language, Proxy, QuietHours, Settings, SettingsError,
    Theme, broken, file_path, parse,
};
use crate::booking::CompanyId;
use crate::private_file;

/// Settings are a page of text; a larger file is something else.
pub(super) const MAX_FILE_BYTES: u64 = 1 << 20;
const LOCK_NAME: &str = "settings.lock";

/// The settings file of one data directory. Holds nothing open.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    pub(super) dir: PathBuf,
    pub(super) path: PathBuf,
}

/// One thing to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Enabled(bool),
    PollInterval(Duration),
    Delay(Delay),
    Language(Language),
    /// None switches them off.
    QuietHours(Option<QuietHours>),
    MinLead(TimeDelta),
    /// 0: however many.
    Burst(usize),
    KeepDays(i64),
    /// None is the built-in message.
    Template(Option<String>),
    Proxy(Proxy),
    /// None: as for everything.
    WhatsappProxy(Option<Proxy>),
    YclientsBaseUrl(String),
    RequestGap(Duration),
    Gateway(Gateway),
    WhatsappBaseUrl(String),
    InstanceId(String),
    SendGap(Duration),
    Theme(Theme),
    SmallWindow(bool),
    NamesInBanners(bool),
    /// Adds the branch, or replaces what is written about it.
    PutBranch(BranchSettings),
    /// No error when it is not there.
    RemoveBranch(CompanyId),
}

impl SettingsFile {
    /// The file in this data directory, whether it exists or not.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), path: file_path(dir) }
    }

    /// What the file says, the environment left aside. A missing file says nothing.
    pub fn read(&self) -> Result<Settings, SettingsError> {
        parse::parse(&self.path, &self.text()?)
    }

    /// Makes the changes together, keeping comments and order, and returns what the file says now.
    ///
    /// Nothing is written when the result could not be loaded, and a failure at any
    /// point leaves the old file whole. Two programs that edit at once take turns.
    pub fn edit(&self, changes: &[Change]) -> Result<Settings, SettingsError> {
        let _turn = self.take_turn().map_err(|error| self.failed("cannot be locked", &error))?;
        let before = self.text()?;
        let (after, settings) = edited(&self.path, &before, changes)?;
        if after != before {
            self.replace(&after).map_err(|error| self.failed("cannot be written", &error))?;
        }
        Ok(settings)
    }

    fn text(&self) -> Result<String, SettingsError> {
        let bytes = match fs::metadata(&self.path) {
            Ok(metadata) if metadata.len() > MAX_FILE_BYTES => {
                return Err(SettingsError::of_file(
                    &self.path,
                    "is too large for a settings file (1 MiB at most)",
                ));
            }
            Ok(_) => fs::read(&self.path).map_err(|error| self.failed("cannot be read", &error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(self.failed("cannot be read", &error)),
        };
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let message = "is not UTF-8 text; save it as UTF-8";
            SettingsError::at(&self.path, error.as_bytes(), Some(at..at), None, message)
        })
    }

    pub(super) fn failed(&self, what: &str, error: &io::Error) -> SettingsError {
        SettingsError::of_file(&self.path, format!("{what}: {error}"))
    }

    /// Held while the answer lives: window and command line may edit at the same moment.
    pub(super) fn take_turn(&self) -> io::Result<File> {
        let file = private_file().create(true).truncate(false).write(true).open(self.dir.join(LOCK_NAME))?;
        match file.lock() {
            // Some network drives have no locks: then the last one wins.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
            outcome => outcome.map(|()| file),
        }
    }

    /// The whole new file or the whole old one, whenever the power goes.
    pub(super) fn replace(&self, text: &str) -> io::Result<()> {
        // Where the owner put a link, what it points to is replaced.
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let temporary = target.with_extension("toml.new");
        // One left by a crash; in our turn nobody else is writing it.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let written = write_synced(&temporary, text).and_then(|()| fs::rename(&temporary, &target));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
            return written;
        }
        sync_directory(target.parent().unwrap_or(&self.dir))
    }
}

fn write_synced(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private_file().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The text with these changes made, and what it says then; `path` is for the errors.
pub(crate) fn edited(
    path: &Path,
    before: &str,
    changes: &[Change],
) -> Result<(String, Settings), SettingsError> {
    // The parser's own words have no line; `parse` puts them in ours.
    let mut document: DocumentMut = match before.parse() {
        Ok(document) => document,
        Err(_) => return parse::parse(path, before).map(|settings| (before.to_owned(), settings)),
    };
    let unchanged = document.to_string();
    for change in changes {
        change.apply(document.as_table_mut());
    }
    let after = document.to_string();
    // Read and written, some spellings are already others (`whatsapp . base_url`): no reason to write.
    let after = if after == unchanged { before.to_owned() } else { with_line_ends_of(before, after) };
    let settings = parse::parse(path, &after)?;
    let held = parse::parse(path, before).unwrap_or_default();
    broken::refuse_new(path, &held, &settings)?;
    Ok((after, settings))
}

/// The new name is on the disk only when the directory is.
#[cfg(unix)]
fn sync_directory(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as on unix")]
fn sync_directory(_dir: &Path) -> io::Result<()> {
    Ok(())
}

/// New lines end as the old ones did, or one editor shows the file as a single line.
fn with_line_ends_of(before: &str, after: String) -> String {
    if before.contains("\r\n") { after.replace("\r\n", "\n").replace('\n', "\r\n") } else { after }
}

impl Change {
    fn apply(&self, root: &mut Table) {
        match self {
            Self::Enabled(on) => set(root, "enabled", *on),
            Self::PollInterval(interval) => set(root, "poll_interval_ms", whole_ms(*interval)),
            Self::Delay(delay) => set(root, "notification_delay_ms", delay_value(*delay)),
            Self::Language(language) => set(root, "language", language.as_str()),
            Self::QuietHours(hours) => {
                set(root, "quiet_hours", hours.map_or(String::new(), |h| h.to_string()));
            }
            Self::MinLead(lead) => set(root, "min_lead_minutes", lead.num_minutes()),
            Self::Burst(most) => {
                set(root, "burst", i64::try_from(*most).unwrap_or(i64::MAX));
            }
            Self::KeepDays(days) => set(root, "keep_days", *days),
            Self::Template(text) => set_or_remove(root, "template", text.as_deref().map(one_line_end)),
            Self::Proxy(proxy) => set(root, "proxy", proxy.as_str()),
            Self::WhatsappProxy(Some(proxy)) => set_in(root, "whatsapp", "proxy", proxy.as_str()),
            Self::WhatsappProxy(None) => {
                if let Some(account) = root.get_mut("whatsapp").and_then(Item::as_table_like_mut) {
                    account.remove("proxy");
                }
            }
            Self::YclientsBaseUrl(url) => set_in(root, "yclients", "base_url", url.as_str()),
            Self::RequestGap(gap) => set_in(root, "yclients", "request_gap_ms", whole_ms(*gap)),
            Self::Gateway(gateway) => set_in(root, "whatsapp", "gateway", gateway.as_str()),
            Self::WhatsappBaseUrl(url) => set_in(root, "whatsapp", "base_url", url.as_str()),
            Self::InstanceId(id) => set_in(root, "whatsapp", "instance_id", id.as_str()),
            Self::SendGap(gap) => set_in(root, "whatsapp", "send_gap_ms", whole_ms(*gap)),
            Self::Theme(theme) => set_in(root, "window", "theme", theme.as_str()),
            Self::SmallWindow(on) => set_in(root, "window", "small_window", *on),
            Self::NamesInBanners(on) => set_in(root, "window", "names_in_banners", *on),
            Self::PutBranch(branch) => put_branch(root, branch),
            Self::RemoveBranch(company) => remove_branch(root, *company),
        }
    }
}

/// As it is read. What a screen ends with `\r\n`, or another program with more of these, would get the
/// file's own line ends on top.
fn one_line_end(text: &str) -> String {
    text.split('\n').map(|line| line.trim_end_matches('\r')).collect::<Vec<_>>().join("\n")
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn delay_value(delay: Delay) -> Value {
    match delay {
        Delay::After(delay) => delay.num_milliseconds().into(),
        Delay::Manual => "manual".into(),
    }
}

/// The comment behind the old value stays behind the new one.
fn set(table: &mut dyn TableLike, key: &str, new: impl Into<Value>) {
    let mut new = new.into();
    match table.get_mut(key) {
        Some(Item::Value(old)) if same(old, &new) => {}
        Some(Item::Value(old)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        _ => {
            table.insert(key, Item::Value(new));
        }
    }
}

/// Whether the old spelling (`60_000`, a text over several lines) may stay.
fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Integer(old), Value::Integer(new)) => old.value() == new.value(),
        (Value::Boolean(old), Value::Boolean(new)) => old.value() == new.value(),
        (Value::String(old), Value::String(new)) => old.value() == new.value(),
        _ => false,
    }
}

fn set_or_remove(table: &mut dyn TableLike, key: &str, new: Option<impl Into<Value>>) {
    match new {
        Some(new) => set(table, key, new),
        None => {
            table.remove(key);
        }
    }
}

fn set_in(root: &mut Table, section: &str, key: &str, new: impl Into<Value>) {
    let item = root.entry(section).or_insert_with(|| Item::Table(Table::new()));
    // Anything else than a table stays as it is and is refused when the result is read.
    if let Some(table) = item.as_table_like_mut() {
        set(table, key, new);
    }
}

/// The `[[branches]]`, made such if they were written in one line.
fn branch_tables(root: &mut Table) -> Option<&mut ArrayOfTables> {
    let item = root.entry("branches").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    if let Item::Value(Value::Array(array)) = item {
        *item = if array.is_empty() {
            Item::ArrayOfTables(ArrayOfTables::new())
        } else {
            match std::mem::take(item).into_array_of_tables() {
                Ok(tables) => Item::ArrayOfTables(tables),
                Err(other) => other,
            }
        };
    }
    item.as_array_of_tables_mut()
}

fn index_of(tables: &ArrayOfTables, company: CompanyId) -> Option<usize> {
    tables.iter().position(|table| table.get("company_id").and_then(Item::as_integer) == Some(company.0))
}

fn put_branch(root: &mut Table, branch: &BranchSettings) {
    let Some(tables) = branch_tables(root) else { return };
    let index = index_of(tables, branch.company_id).unwrap_or_else(|| {
        tables.push(Table::new());
        tables.len() - 1
    });
    let Some(table) = tables.get_mut(index) else { return };
    set(table, "company_id", branch.company_id.0);
    let ids = &branch.integration_user_ids;
    let unchanged = table
        .get("integration_user_ids")
        .and_then(Item::as_array)
        .is_some_and(|old| old.iter().map(Value::as_integer).eq(ids.iter().copied().map(Some)));
    if !unchanged {
        set_or_remove(
            table,
            "integration_user_ids",
            (!ids.is_empty()).then(|| ids.iter().copied().collect::<Array>()),
        );
    }
    set_or_remove(table, "phone_region", branch.phone_region.as_deref());
    set_or_remove(table, "notification_delay_ms", branch.delay.map(delay_value));
    set_or_remove(table, "template", branch.template.as_deref().map(one_line_end));
    let quiet_hours = branch.quiet_hours.map(|quiet| match quiet {
        BranchQuietHours::Off => String::new(),
        BranchQuietHours::Between(hours) => hours.to_string(),
    });
    set_or_remove(table, "quiet_hours", quiet_hours);
    set_or_remove(table, "min_lead_minutes", branch.min_lead.map(|lead| lead.num_minutes()));
}

fn remove_branch(root: &mut Table, company: CompanyId) {
    let Some(tables) = branch_tables(root) else { return };
    if let Some(index) = index_of(tables, company) {
        tables.remove(index);
    }
    if tables.is_empty() {
        root.remove("branches");
    }
}
