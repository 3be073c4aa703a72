//! What a database is like, for whoever supports a shop: its schema, how much of what is in it, and when.
//!
//! Numbers, times and words of closed sets leave this module, and nothing else: a column where anybody's
//! words may stand is not read, and a word that this program does not know is not repeated. The file is
//! only read, so that an older or damaged one stays as it was found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use chrono::SecondsFormat;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::db::{self, Db, StorageError, from_ms};
use crate::error::FaultCode;
use crate::notification::{Reason, State};
use crate::settings::Settings;

/// Some lines under a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: &'static str,
    pub lines: Vec<String>,
}

/// What is asked, a line a row. Columns that end in `_at`, `_until` or `_since` are instants.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "desk",
        "SELECT owner_pid, owner_since, alive_at, paused_at, paused_until, pause_due, gateway_state,
         gateway_state_at, gateway_fault, gateway_fault_at, gateway_amiss <> '' AS gateway_amiss,
         gateway_amiss_at, doubt, doubt_at, clock_difference, clock_state, clock_at, acts, remembers_since,
         rival_by, rival_at, overruled_mark <> '' AS overruled FROM desk",
    ),
    (
        "branches",
        "SELECT company_id, time_zone, facts_at, baseline_at, baseline_count, last_checked_at, truth_at,
         fast_server_at, last_change_at, feed, feed_misses, feed_until, failures, next_poll_at, stopped,
         fault_code, fault_at, anew_at FROM booking_monitor_state ORDER BY company_id",
    ),
    (
        "messages",
        "SELECT state, reason, count(*) AS count, sum(held) AS held, sum(edited_by <> '') AS edited,
         sum(forgotten) AS forgotten, min(enqueued_at) AS first_at, max(enqueued_at) AS last_at
         FROM booking_notifications GROUP BY state, reason ORDER BY state, reason",
    ),
    (
        "attempts",
        "SELECT outcome, count(*) AS count, max(started_at) AS last_at FROM send_attempts
         GROUP BY outcome ORDER BY outcome",
    ),
    (
        "pushed",
        "SELECT kind, settled, count(*) AS count, max(received_at) AS last_at FROM gateway_events
         GROUP BY kind, settled ORDER BY kind, settled",
    ),
    (
        "put aside",
        "SELECT why, seen_at IS NOT NULL AS seen, count(*) AS count, max(received_at) AS last_at FROM aside
         GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    (
        "stop",
        "SELECT (SELECT count(*) FROM stop_wishes WHERE decided = '') AS open,
         (SELECT count(*) FROM opt_outs) AS opt_outs, (SELECT count(*) FROM chats) AS chats,
         (SELECT count(*) FROM number_checks) AS number_checks",
    ),
    ("bookings", "SELECT made_by, count(*) AS count FROM bookings GROUP BY made_by ORDER BY made_by"),
    (
        "unreadable",
        "SELECT company_id, count(*) AS count, min(first_seen_at) AS first_at, max(seen_at) AS last_at
         FROM unreadable_bookings GROUP BY company_id ORDER BY company_id",
    ),
    (
        "requests",
        "SELECT kind, done_at IS NOT NULL AS done, count(*) AS count, max(asked_at) AS last_at
         FROM requests GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    (
        "audit",
        "SELECT count(*) AS count, sum(actor <> 'program') AS by_persons, min(at) AS first_at,
         max(at) AS last_at FROM events",
    ),
];

/// Words that a CHECK of the schema allows, and the account's states.
const WORDS: &[&str] = &[
    "",
    "fast",
    "truth",
    "open",
    "accepted",
    "not_sent",
    "rejected",
    "ambiguous",
    "found",
    "given_up",
    "echo",
    "delivery",
    "state",
    "incoming",
    "unreadable",
    "error",
    "panic",
    "staff",
    "bot",
    "online",
    "nobody",
    "unseen",
    "poll",
    "look_again",
    "settings_changed",
    "secret_changed",
    "show_window",
    "restored",
    "copied",
    "unknown",
    "unconfirmed",
    "agreed",
    "alone",
    "disputed",
    "status",
    "mark",
    "authorized",
    "notAuthorized",
    "starting",
    "sleepMode",
    "yellowCard",
    "blocked",
    "suspended",
    "authorised",
    "not_authorised",
    "sleep_mode",
    "yellow_card",
];

/// Numbers of branches and counts are smaller; a telephone number is not.
const LARGEST: u64 = 1_000_000_000;

/// What can be said of the database in this directory.
pub fn of_database(directory: &Path) -> Vec<Section> {
    let path = directory.join(db::FILE_NAME);
    let connection = match open(&path) {
        Ok(connection) => connection,
        Err(error) => {
            let line = if path.exists() {
                format!("it cannot be opened: {}", error.code())
            } else {
                "there is none".to_owned()
            };
            return vec![Section { title: "database", lines: vec![line] }];
        }
    };
    let mut sections = vec![Section { title: "database", lines: about_the_file(&connection, &path) }];
    for (title, question) in QUESTIONS {
        let lines = match rows(&connection, question) {
            Ok(lines) if lines.is_empty() => vec!["none".to_owned()],
            Ok(lines) => lines,
            Err(error) => vec![format!("cannot be read: {}", error.code())],
        };
        sections.push(Section { title, lines });
    }
    sections
}

/// Words of the Latin alphabet in the names that the database holds: what is said elsewhere must not
/// repeat them, though they may be words of this program's too.
pub fn names(directory: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let Ok(connection) = open(&directory.join(db::FILE_NAME)) else { return names };
    for question in [
        "SELECT DISTINCT client_name FROM booking_notifications WHERE client_name <> ''",
        "SELECT name FROM users",
        "SELECT title || ' ' || city FROM booking_monitor_state",
    ] {
        let Ok(mut statement) = connection.prepare(question) else { continue };
        let Ok(found) = statement.query_map([], |row| row.get::<_, String>(0)) else { continue };
        for name in found.flatten() {
            let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
            names.extend(words.filter(|word| word.len() > 1).map(str::to_owned));
        }
    }
    names
}

fn open(path: &Path) -> Result<Connection, StorageError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    // Says whether it is a database at all.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(connection)
}

fn about_the_file(connection: &Connection, path: &Path) -> Vec<String> {
    let number =
        |question: &str| connection.query_row(question, [], |row| row.get::<_, i64>(0)).unwrap_or_default();
    let [file, journal] = db::sizes(path);
    let (found, known) = (number("PRAGMA user_version"), db::schema_version());
    let mut lines = vec![
        format!("sqlite {}", rusqlite::version()),
        format!("schema {found}, this version has {known}"),
        format!("bytes {file} and {journal} in the journal"),
        format!("pages {}, free {}", number("PRAGMA page_count"), number("PRAGMA freelist_count")),
    ];
    lines.push(match shape_differs(connection, usize::try_from(found) == Ok(known)) {
        Err(error) => format!("its tables cannot be read: {}", error.code()),
        Ok(None) => "its tables are not compared: it is of another version".to_owned(),
        Ok(Some((differing, 0))) if differing.is_empty() => {
            "its tables are as this version has them".to_owned()
        }
        Ok(Some((differing, foreign))) => {
            format!("its tables differ: missing or changed [{}], {foreign} unknown", differing.join(", "))
        }
    });
    lines
}

/// Objects of this version's schema that are missing or otherwise in this database, and how many it has
/// that this version does not know. Their names are not repeated.
fn shape_differs(
    connection: &Connection,
    same_version: bool,
) -> Result<Option<(Vec<String>, usize)>, StorageError> {
    if !same_version {
        return Ok(None);
    }
    let found = shape(connection)?;
    let known = Db::in_memory()?.read(shape)?;
    let differing = known.iter().filter(|(name, sql)| found.get(*name) != Some(sql));
    let foreign = found.keys().filter(|name| !known.contains_key(*name)).count();
    Ok(Some((differing.map(|(name, _)| name.clone()).collect(), foreign)))
}

fn shape(connection: &Connection) -> Result<BTreeMap<String, String>, StorageError> {
    let mut statement = connection
        .prepare("SELECT name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn rows(connection: &Connection, question: &str) -> Result<Vec<String>, StorageError> {
    let mut statement = connection.prepare(question)?;
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut lines = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut line = String::new();
        for (index, column) in columns.iter().enumerate() {
            let value = cell(column, row.get_ref(index)?);
            if !value.is_empty() {
                let _ = write!(line, "{}{column}={value}", if line.is_empty() { "" } else { " " });
            }
        }
        lines.push(line);
    }
    Ok(lines)
}

/// A value as it may be said; empty where there is none.
fn cell(column: &str, value: ValueRef<'_>) -> String {
    let instant = ["_at", "_until", "_since"].iter().any(|end| column.ends_with(end));
    match value {
        ValueRef::Integer(ms) if instant => from_ms(ms).to_rfc3339_opts(SecondsFormat::Secs, true),
        ValueRef::Integer(number) if number.unsigned_abs() < LARGEST => number.to_string(),
        ValueRef::Text(word) => match std::str::from_utf8(word) {
            Ok(word) if is_known(word) => word.to_owned(),
            _ => "other".to_owned(),
        },
        ValueRef::Null => String::new(),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => "odd".to_owned(),
    }
}

fn is_known(word: &str) -> bool {
    WORDS.contains(&word)
        || State::parse(word).is_some()
        || Reason::parse(word).is_some()
        || FaultCode::parse(word).is_some()
        || word.parse::<chrono_tz::Tz>().is_ok()
}

/// The settings, without any text, address or number of an account.
pub fn of_settings(settings: &Settings) -> Section {
    use crate::settings::{BranchQuietHours, Delay, Proxy};
    let delay = |delay: Delay| match delay {
        Delay::After(after) => format!("{} ms", after.num_milliseconds()),
        Delay::Manual => "manual".to_owned(),
    };
    let template = |text: Option<&str>| match text {
        None | Some("") => "built in".to_owned(),
        Some(text) => format!("own, {} characters", text.chars().count()),
    };
    let proxy = |proxy: &Proxy| match proxy {
        Proxy::None | Proxy::System => proxy.as_str().to_owned(),
        Proxy::At(_) => "an address".to_owned(),
    };
    // A usual address is known anyway; any other is the shop's own affair.
    let server = |base_url: &str| {
        let host = url::Url::parse(base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        match host.as_deref() {
            Some("api.yclients.com") => "api.yclients.com",
            Some("api.alteg.io") => "api.alteg.io",
            Some(host) if host.ends_with(".green-api.com") => "green-api.com",
            Some("127.0.0.1" | "localhost" | "[::1]") => "this computer",
            _ => "another",
        }
    };
    let hours = |hours: Option<String>| hours.unwrap_or_else(|| "none".to_owned());
    let (yclients, whatsapp, window) = (&settings.yclients, &settings.whatsapp, settings.window);
    let mut lines = vec![
        format!("enabled {}", settings.enabled),
        format!("poll interval {} ms", settings.poll_interval.as_millis()),
        format!("delay {}", delay(settings.delay)),
        format!("language {}", settings.language.as_str()),
        format!("quiet hours {}", hours(settings.quiet_hours.map(|hours| hours.to_string()))),
        format!("lead {} min, burst {}", settings.min_lead.num_minutes(), settings.burst),
        format!("template {}", template(settings.template.as_deref())),
        format!("proxy {}", proxy(&settings.proxy)),
        format!("yclients {}, gap {} ms", server(&yclients.base_url), yclients.request_gap.as_millis()),
        format!(
            "whatsapp {} at {}, instance of {} digits, gap {} ms, proxy {}",
            whatsapp.gateway.as_str(),
            server(&whatsapp.base_url),
            whatsapp.instance_id.trim().len(),
            whatsapp.send_gap.as_millis(),
            whatsapp.proxy.as_ref().map_or_else(|| "as above".to_owned(), proxy),
        ),
        format!("small window {}, names in banners {}", window.small_window, window.names_in_banners),
    ];
    for branch in &settings.branches {
        let quiet = branch.quiet_hours.map(|hours| match hours {
            BranchQuietHours::Off => "off".to_owned(),
            BranchQuietHours::Between(hours) => hours.to_string(),
        });
        lines.push(format!(
            "branch {}: {} users of the bot, region {}, delay {}, template {}, quiet hours {}, lead {}",
            branch.company_id,
            branch.integration_user_ids.len(),
            branch.phone_region.as_deref().unwrap_or("found"),
            branch.delay.map_or_else(|| "as above".to_owned(), delay),
            branch.template.as_deref().map_or_else(|| "as above".to_owned(), |text| template(Some(text))),
            quiet.unwrap_or_else(|| "as above".to_owned()),
            branch
                .min_lead
                .map_or_else(|| "as above".to_owned(), |lead| format!("{} min", lead.num_minutes())),
        ));
    }
    Section { title: "settings", lines }
}

#[cfg(test)]
mod tests;
