//! From the file's text to checked settings, each refusal with its line.

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use toml_edit::{Document, Item, TableLike, Value};

use super::address::base_url;
use super::{
    BranchQuietHours, BranchSettings, Delay, Gateway, Language, Proxy, QuietHours, Settings, SettingsError,
    Theme, WhatsappSettings, WindowSettings, YclientsSettings,
};
use crate::booking::CompanyId;
use crate::{phone, template};

pub(super) const MIN_POLL_INTERVAL_MS: i64 = 100;
/// A day: above it a number is a slip of the keyboard.
pub(super) const MAX_POLL_INTERVAL_MS: i64 = 86_400_000;
pub(super) const MAX_DELAY_MS: i64 = 1_800_000;
const MAX_GAP_MS: i64 = 600_000;
const MAX_LEAD_MINUTES: i64 = 10_080;
const MAX_BURST: i64 = 10_000;
/// Ten years.
const MAX_KEEP_DAYS: i64 = 3_650;
const MAX_INSTANCE_ID: usize = 64;
/// The keys of every section are names that may be shown.
const ALL_KEYS: [&[&str]; 5] = [ROOT_KEYS, YCLIENTS_KEYS, WHATSAPP_KEYS, WINDOW_KEYS, BRANCH_KEYS];

const ROOT_KEYS: &[&str] = &[
    "enabled",
    "poll_interval_ms",
    "notification_delay_ms",
    "language",
    "quiet_hours",
    "min_lead_minutes",
    "burst",
    "keep_days",
    "template",
    "proxy",
    "yclients",
    "whatsapp",
    "window",
    "branches",
];
const YCLIENTS_KEYS: &[&str] = &["base_url", "request_gap_ms"];
const WHATSAPP_KEYS: &[&str] = &["gateway", "base_url", "instance_id", "send_gap_ms", "proxy"];
const WINDOW_KEYS: &[&str] = &["theme", "small_window", "names_in_banners"];
const BRANCH_KEYS: &[&str] = &[
    "company_id",
    "integration_user_ids",
    "phone_region",
    "notification_delay_ms",
    "template",
    "quiet_hours",
    "min_lead_minutes",
];

/// What the text says; `path` is for the errors.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Settings, SettingsError> {
    let document = Document::parse(text).map_err(|error| {
        let key = error.span().and_then(|span| key_of_line(text, span.start));
        let message = format!("is not TOML: {}", error.message());
        SettingsError::at(path, text.as_bytes(), error.span(), key, message)
    })?;
    let source = Source { path, text };
    let root = Section::open(source, "", document.as_table(), None, ROOT_KEYS)?;
    let default = Settings::default();
    Ok(Settings {
        enabled: root.boolean("enabled")?.unwrap_or(default.enabled),
        poll_interval: root
            .integer("poll_interval_ms", MIN_POLL_INTERVAL_MS..=MAX_POLL_INTERVAL_MS, "milliseconds")?
            .map_or(default.poll_interval, milliseconds),
        delay: root.delay()?.unwrap_or(default.delay),
        language: root.word("language", Language::parse, "\"ru\" or \"en\"")?.unwrap_or(default.language),
        quiet_hours: match root.quiet_hours()? {
            Some(BranchQuietHours::Between(hours)) => Some(hours),
            Some(BranchQuietHours::Off) | None => None,
        },
        min_lead: root.min_lead()?.unwrap_or(default.min_lead),
        burst: root.burst()?.unwrap_or(default.burst),
        keep_days: root.integer("keep_days", 1..=MAX_KEEP_DAYS, "days")?.unwrap_or(default.keep_days),
        template: root.template()?.filter(|text| !text.is_empty()),
        proxy: root.proxy()?.unwrap_or(default.proxy),
        yclients: yclients(&root, default.yclients)?,
        whatsapp: whatsapp(&root, default.whatsapp)?,
        window: window(&root, default.window)?,
        branches: branches(&root)?,
    })
}

/// The bare key on the line of a byte. Only a key that we know: what else stands in
/// front of a `=` in a broken file may be a piece of a token that was pasted there.
fn key_of_line(text: &str, at: usize) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let (key, _) = text.get(start..)?.lines().next()?.split_once('=')?;
    let key = key.trim_start_matches('\u{feff}').trim();
    let known = |name: &str| ALL_KEYS.iter().any(|keys| keys.contains(&name));
    key.split('.').all(|name| known(name.trim())).then(|| key.to_owned())
}

fn yclients(root: &Section<'_>, default: YclientsSettings) -> Result<YclientsSettings, SettingsError> {
    let Some(section) = root.section("yclients", YCLIENTS_KEYS)? else { return Ok(default) };
    Ok(YclientsSettings {
        base_url: section.url("base_url")?.unwrap_or(default.base_url),
        request_gap: section
            .integer("request_gap_ms", 0..=MAX_GAP_MS, "milliseconds")?
            .map_or(default.request_gap, milliseconds),
    })
}

fn whatsapp(root: &Section<'_>, default: WhatsappSettings) -> Result<WhatsappSettings, SettingsError> {
    let Some(section) = root.section("whatsapp", WHATSAPP_KEYS)? else { return Ok(default) };
    Ok(WhatsappSettings {
        gateway: section.word("gateway", Gateway::parse, "\"green-api\"")?.unwrap_or(default.gateway),
        base_url: section.url("base_url")?.unwrap_or(default.base_url),
        instance_id: section.instance_id()?.unwrap_or(default.instance_id),
        send_gap: section
            .integer("send_gap_ms", 0..=MAX_GAP_MS, "milliseconds")?
            .map_or(default.send_gap, milliseconds),
        proxy: section.proxy()?,
    })
}

fn window(root: &Section<'_>, default: WindowSettings) -> Result<WindowSettings, SettingsError> {
    let Some(section) = root.section("window", WINDOW_KEYS)? else { return Ok(default) };
    Ok(WindowSettings {
        theme: section
            .word("theme", Theme::parse, "\"system\", \"light\" or \"dark\"")?
            .unwrap_or(default.theme),
        small_window: section.boolean("small_window")?.unwrap_or(default.small_window),
        names_in_banners: section.boolean("names_in_banners")?.unwrap_or(default.names_in_banners),
    })
}

fn branches(root: &Section<'_>) -> Result<Vec<BranchSettings>, SettingsError> {
    let mut seen = HashSet::new();
    let mut branches = Vec::new();
    for section in root.sections("branches", BRANCH_KEYS)? {
        let branch = branch(&section)?;
        if !seen.insert(branch.company_id) {
            return Err(section.wrong("company_id", format!("{} is there twice", branch.company_id)));
        }
        branches.push(branch);
    }
    Ok(branches)
}

fn branch(section: &Section<'_>) -> Result<BranchSettings, SettingsError> {
    let Some(company_id) = section.integer("company_id", 1..=i64::MAX, "the branch's id")? else {
        return Err(section.wrong("company_id", "is missing; every branch needs it"));
    };
    Ok(BranchSettings {
        company_id: CompanyId(company_id),
        integration_user_ids: section.ids("integration_user_ids")?,
        phone_region: section.region("phone_region")?,
        delay: section.delay()?,
        template: section.template()?,
        quiet_hours: section.quiet_hours()?,
        min_lead: section.min_lead()?,
    })
}

/// A checked number of milliseconds.
pub(super) fn milliseconds(number: i64) -> Duration {
    Duration::from_millis(number.unsigned_abs())
}

#[derive(Clone, Copy)]
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

/// One table of the file, known to hold only keys we know.
struct Section<'a> {
    source: Source<'a>,
    /// `yclients.` and so on; empty for the file's top.
    prefix: &'static str,
    table: &'a dyn TableLike,
    span: Option<Range<usize>>,
}

impl<'a> Section<'a> {
    fn open(
        source: Source<'a>,
        prefix: &'static str,
        table: &'a dyn TableLike,
        span: Option<Range<usize>>,
        known: &[&str],
    ) -> Result<Self, SettingsError> {
        let section = Self { source, prefix, table, span };
        match table.iter().find(|(key, _)| !known.contains(key)) {
            // The value is not repeated: it may be a token somebody put here.
            Some((key, _)) => {
                let message = format!("is not a setting; here may be {}", known.join(", "));
                let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| section.span_of(key));
                Err(section.error(span, key, message))
            }
            None => Ok(section),
        }
    }

    fn span_of(&self, key: &str) -> Option<Range<usize>> {
        let value = || self.table.get(key).and_then(Item::span);
        let name = || self.table.key(key).and_then(toml_edit::Key::span);
        value().or_else(name).or_else(|| self.span.clone())
    }

    fn error(&self, span: Option<Range<usize>>, key: &str, message: impl Into<String>) -> SettingsError {
        let key = format!("{}{key}", self.prefix);
        SettingsError::at(self.source.path, self.source.text.as_bytes(), span, Some(key), message)
    }

    fn wrong(&self, key: &str, message: impl Into<String>) -> SettingsError {
        self.error(self.span_of(key), key, message)
    }

    fn section(&self, key: &'static str, known: &[&str]) -> Result<Option<Section<'a>>, SettingsError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let table =
            item.as_table_like().ok_or_else(|| self.wrong(key, format!("must be a table: [{key}]")))?;
        Section::open(self.source, prefix_of(key), table, item.span(), known).map(Some)
    }

    fn sections(&self, key: &'static str, known: &[&str]) -> Result<Vec<Section<'a>>, SettingsError> {
        let shape = || self.wrong(key, format!("must be tables: [[{key}]]"));
        let open = |table, span| Section::open(self.source, prefix_of(key), table, span, known);
        match self.table.get(key) {
            None => Ok(Vec::new()),
            Some(Item::ArrayOfTables(tables)) => {
                tables.iter().map(|table| open(table, table.span())).collect()
            }
            Some(Item::Value(Value::Array(array))) => array
                .iter()
                .map(|value| match value.as_inline_table() {
                    Some(table) => open(table, value.span()),
                    None => Err(shape()),
                })
                .collect(),
            Some(_) => Err(shape()),
        }
    }

    fn boolean(&self, key: &str) -> Result<Option<bool>, SettingsError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        item.as_bool().map(Some).ok_or_else(|| self.wrong(key, "must be true or false, without quotes"))
    }

    fn integer(
        &self,
        key: &str,
        allowed: RangeInclusive<i64>,
        unit: &str,
    ) -> Result<Option<i64>, SettingsError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let range = match (*allowed.start(), *allowed.end()) {
            (from, i64::MAX) => format!("a whole number from {from} up ({unit})"),
            (from, to) => format!("a whole number from {from} to {to} ({unit})"),
        };
        match item.as_integer() {
            Some(number) if allowed.contains(&number) => Ok(Some(number)),
            Some(number) => Err(self.wrong(key, format!("must be {range}, not {number}"))),
            None => Err(self.wrong(key, format!("must be {range}, without quotes"))),
        }
    }

    fn text(&self, key: &str) -> Result<Option<&'a str>, SettingsError> {
        let Some(item) = self.table.get(key) else { return Ok(None) };
        item.as_str().map(Some).ok_or_else(|| self.wrong(key, "must be a text in quotes"))
    }

    fn word<T>(
        &self,
        key: &str,
        read: impl Fn(&str) -> Option<T>,
        allowed: &str,
    ) -> Result<Option<T>, SettingsError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        read(text).map(Some).ok_or_else(|| self.wrong(key, format!("must be {allowed}")))
    }

    fn delay(&self) -> Result<Option<Delay>, SettingsError> {
        let key = "notification_delay_ms";
        let Some(item) = self.table.get(key) else { return Ok(None) };
        match (item.as_str(), item.as_integer()) {
            (Some("manual"), _) => Ok(Some(Delay::Manual)),
            (_, Some(ms)) if (0..=MAX_DELAY_MS).contains(&ms) => {
                Ok(Some(Delay::After(TimeDelta::milliseconds(ms))))
            }
            _ => {
                let range =
                    format!("must be a whole number from 0 to {MAX_DELAY_MS} (milliseconds; 30 minutes)");
                Err(self.wrong(key, format!("{range}, or \"manual\": every message waits for a person")))
            }
        }
    }

    fn burst(&self) -> Result<Option<usize>, SettingsError> {
        let most = self.integer("burst", 0..=MAX_BURST, "messages")?;
        Ok(most.and_then(|most| usize::try_from(most).ok()))
    }

    fn min_lead(&self) -> Result<Option<TimeDelta>, SettingsError> {
        let minutes = self.integer("min_lead_minutes", 0..=MAX_LEAD_MINUTES, "minutes")?;
        Ok(minutes.map(TimeDelta::minutes))
    }

    fn quiet_hours(&self) -> Result<Option<BranchQuietHours>, SettingsError> {
        let key = "quiet_hours";
        let Some(text) = self.text(key)? else { return Ok(None) };
        if text.trim().is_empty() {
            return Ok(Some(BranchQuietHours::Off));
        }
        let hours = text.parse::<QuietHours>().map_err(|error| self.wrong(key, error.to_string()))?;
        Ok(Some(BranchQuietHours::Between(hours)))
    }

    /// Checked now, while somebody reads the answer, and not with the first client.
    fn template(&self) -> Result<Option<String>, SettingsError> {
        let key = "template";
        let Some(text) = self.text(key)? else { return Ok(None) };
        let text = text.replace("\r\n", "\n");
        if text.trim().is_empty() {
            return Ok(Some(String::new()));
        }
        match template::check(&text) {
            // Refused where it is saved ([`super::broken`]); a file that has it already is read, or
            // after an update nothing at all would work. Its messages wait, and `check` names the place.
            Ok(()) | Err(template::TemplateError::BrokenCharacter { .. }) => Ok(Some(text)),
            Err(error) => Err(self.wrong(key, format!("cannot be used: {error}"))),
        }
    }

    fn url(&self, key: &str) -> Result<Option<String>, SettingsError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        // The address is not repeated: somebody may have put a password into it.
        base_url(text).map(Some).map_err(|problem| self.wrong(key, problem))
    }

    fn proxy(&self) -> Result<Option<Proxy>, SettingsError> {
        let Some(text) = self.text("proxy")? else { return Ok(None) };
        Proxy::parse(text).map(Some).map_err(|problem| self.wrong("proxy", problem))
    }

    fn instance_id(&self) -> Result<Option<String>, SettingsError> {
        let key = "instance_id";
        let Some(item) = self.table.get(key) else { return Ok(None) };
        let id = match (item.as_str(), item.as_integer()) {
            (Some(text), _) => text.trim().to_owned(),
            (None, Some(number)) if number >= 0 => number.to_string(),
            _ => return Err(self.wrong(key, "must be the instance's number")),
        };
        // It becomes a part of an address, and GREEN-API, the only gateway, numbers its
        // instances. It is not repeated: it may be a token in the wrong place.
        if id.len() > MAX_INSTANCE_ID || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.wrong(key, "must be the instance's number, digits only"));
        }
        Ok(Some(id))
    }

    fn region(&self, key: &str) -> Result<Option<String>, SettingsError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if text.trim().is_empty() {
            return Ok(None);
        }
        let code = text.trim().to_ascii_uppercase();
        if !phone::is_region(&code) {
            return Err(self.wrong(key, "must be a country's two letters, such as \"RU\" or \"KZ\""));
        }
        Ok(Some(code))
    }

    fn ids(&self, key: &str) -> Result<Vec<i64>, SettingsError> {
        let Some(item) = self.table.get(key) else { return Ok(Vec::new()) };
        let shape = || self.wrong(key, "must be a list of user ids, such as [771, 772]");
        let mut ids = Vec::new();
        for value in item.as_array().ok_or_else(shape)? {
            let id = value.as_integer().filter(|id| *id > 0).ok_or_else(shape)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

fn prefix_of(key: &'static str) -> &'static str {
    match key {
        "yclients" => "yclients.",
        "whatsapp" => "whatsapp.",
        "window" => "window.",
        _ => "branches.",
    }
}
