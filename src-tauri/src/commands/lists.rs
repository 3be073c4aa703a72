//! The lists by day, the overview, and the file for a spreadsheet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use engine::outbox::history::{Cursor, Filter, Query};
use engine::settings::Settings;
use engine::words::state as state_word;

use super::{Answer, Here, blocking};
use crate::contract::{ErrorCode, Failure, ListFilter, ListPage, ListQuery, Overview, Row};
use crate::session::Session;
use crate::time::{day_end, day_start};
use crate::views::{self, Viewer, desk_zone};
use crate::words;

/// Rows read from the database at a time while a file is written.
const CHUNK: usize = 200;
/// Excel shows no more, and nobody reads so many.
const MOST_ROWS: usize = 1_000_000;

impl From<ListFilter> for Filter {
    fn from(filter: ListFilter) -> Self {
        match filter {
            ListFilter::All => Self::All,
            ListFilter::Sent => Self::Sent,
            ListFilter::Delivered => Self::Delivered,
            ListFilter::Read => Self::Read,
            ListFilter::Undelivered => Self::Undelivered,
            ListFilter::NotSent => Self::NotSent,
            ListFilter::Skipped => Self::Skipped,
            ListFilter::Call => Self::Call,
        }
    }
}

fn read(session: &Session, settings: &Settings, query: &ListQuery) -> Answer<Query> {
    let language = settings.language;
    let day = |text: &str| text.parse::<NaiveDate>().map_err(|error| Failure::internal(error, language));
    let zone = desk_zone(session, settings).map_err(|error| Failure::storage(&error, language))?;
    Ok(Query {
        from: day_start(zone, day(&query.from)?),
        to: day_end(zone, day(&query.to)?),
        filter: query.filter.into(),
        search: query.search.clone(),
        now: session.now(),
    })
}

/// One page, and how many there are in all.
pub fn list(session: &Session, query: &ListQuery) -> Answer<ListPage> {
    let settings = session.settings();
    let storage = |error| Failure::storage(&error, settings.language);
    let asked = read(session, &settings, query)?;
    let after = match query.after.as_deref() {
        Some(text) => Some(
            Cursor::parse(text)
                .ok_or_else(|| Failure::internal("the page's key cannot be read", settings.language))?,
        ),
        None => None,
    };
    let page = session.outbox.history(&asked, after, query.limit).map_err(storage)?;
    Ok(ListPage {
        rows: Viewer::new(session, &settings, session.now()).rows(&page.rows).map_err(storage)?,
        total: session.outbox.history_count(&asked).map_err(storage)?,
        next: page.next.map(|next| next.to_string()),
    })
}

pub fn overview(session: &Session) -> Answer<Overview> {
    views::overview(session, session.now()).map_err(|error| Failure::storage(&error, session.language()))
}

/// Writes the rows of a query into `downloads` under a name nobody has yet; answers with the path.
///
/// Semicolons and a byte-order mark: so Excel opens it in Russia with a double click, and every
/// other spreadsheet asks or finds out.
pub fn export_csv(session: &Session, query: &ListQuery, downloads: &Path) -> Answer<String> {
    let settings = session.settings();
    let language = settings.language;
    let zone = desk_zone(session, &settings).map_err(|error| Failure::storage(&error, language))?;
    let asked = read(session, &settings, query)?;
    let failed = |error: io::Error| {
        Failure::of(ErrorCode::Storage, language).message(say!(
        language,
        "Файл не удалось записать. Список цел. Проверьте, есть ли место на диске и доступна ли папка загрузок.",
        "The file could not be written. The list is whole. See whether the disk has room and the downloads folder can be written.",
    )).detail(error)
    };
    let (path, file) =
        new_file(downloads, &format!("booking-monitor-{}-{}", query.from, query.to)).map_err(failed)?;
    let mut out = io::BufWriter::new(file);
    let written: Answer<()> = (|| {
        out.write_all("\u{feff}".as_bytes()).map_err(failed)?;
        line(&mut out, &words::columns(language).map(str::to_owned)).map_err(failed)?;
        let mut viewer = Viewer::new(session, &settings, session.now());
        let (mut after, mut count) = (None, 0);
        loop {
            let page = session
                .outbox
                .history(&asked, after, CHUNK)
                .map_err(|error| Failure::storage(&error, language))?;
            for row in &page.rows {
                let seen = viewer.row(row).map_err(|error| Failure::storage(&error, language))?;
                line(&mut out, &cells(&seen, state_word(row.state, language), zone)).map_err(failed)?;
            }
            count += page.rows.len();
            after = page.next;
            if after.is_none() || count >= MOST_ROWS {
                return out.flush().map_err(failed);
            }
        }
    })();
    if written.is_err() {
        // Half a file would be taken for the whole.
        let _ = fs::remove_file(&path);
    }
    written.map(|()| path.display().to_string())
}

/// Where a person looks for what was saved; None where the system names no home.
pub(super) fn downloads() -> Option<PathBuf> {
    let dirs = directories::UserDirs::new()?;
    Some(dirs.download_dir().map_or_else(|| dirs.home_dir().join("Downloads"), Path::to_owned))
}

/// The names that a new file may have, the best first: `name.csv`, `name (2).csv`, …
pub(super) fn names(directory: &Path, name: &str, ending: &str) -> impl Iterator<Item = PathBuf> {
    (1..10_000).map(move |number| {
        let more = if number == 1 { String::new() } else { format!(" ({number})") };
        directory.join(format!("{name}{more}.{ending}"))
    })
}

fn new_file(directory: &Path, name: &str) -> io::Result<(PathBuf, fs::File)> {
    fs::create_dir_all(directory)?;
    for path in names(directory, name, "csv") {
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

fn cells(row: &Row, state: &str, zone: Tz) -> [String; 11] {
    let local = |text: &str, zone: Tz| match text.parse::<chrono::DateTime<chrono::Utc>>() {
        Ok(at) => at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
        Err(_) => String::new(),
    };
    let of_branch = row.zone.parse().unwrap_or(zone);
    let kept: Vec<_> = row.visits.iter().filter(|visit| !visit.dropped).collect();
    let join = |pieces: Vec<String>| pieces.join(", ");
    let mut masters: Vec<String> = kept.iter().map(|visit| visit.master.clone()).collect();
    masters.dedup();
    [
        local(row.accepted_at.as_deref().unwrap_or(&row.enqueued_at), zone),
        state.to_owned(),
        row.client.clone(),
        row.phone_shown.clone(),
        local(&row.starts_at, of_branch),
        join(masters),
        join(kept.iter().flat_map(|visit| visit.services.clone()).collect()),
        row.branch.clone(),
        row.text.clone(),
        row.edited_by.clone(),
        row.why.clone(),
    ]
}

fn line(out: &mut impl io::Write, cells: &[String]) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    write!(out, "{}\r\n", cells.join(";"))
}

/// A cell of a spreadsheet. What a client's name or a service begins with must not be run as a
/// formula, so such a cell gets an apostrophe in front, which spreadsheets show as text.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let safe = if formula { format!("'{cell}") } else { cell.to_owned() };
    // NUL would end the text for some.
    format!("\"{}\"", safe.replace('"', "\"\"").replace('\0', ""))
}

/// The commands.
pub mod command {
    use super::{Answer, ErrorCode, Failure, Here, ListPage, ListQuery, Overview, blocking};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn list(here: Here<'_>, query: ListQuery) -> Answer<ListPage> {
        blocking(here, move |session| super::list(session, &query)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn export_csv(here: Here<'_>, query: ListQuery) -> Answer<String> {
        blocking(here, move |session| match super::downloads() {
            Some(downloads) => super::export_csv(session, &query, &downloads),
            None => {
                Err(Failure::of(ErrorCode::Storage, session.language()).detail("the system names no home"))
            }
        })
        .await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn overview(here: Here<'_>) -> Answer<Overview> {
        blocking(here, super::overview).await
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_cell_is_run_as_a_formula_or_breaks_its_line() {
        assert_eq!(quoted("Ирина"), "\"Ирина\"");
        for dangerous in ["=1+1", "+79161234567", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(quoted(dangerous), format!("\"'{dangerous}\""));
        }
        assert_eq!(quoted("Он сказал \"да\";\nи ушёл"), "\"Он сказал \"\"да\"\";\nи ушёл\"");
    }
}
