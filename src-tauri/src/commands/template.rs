//! Templates: what they may name, how they read, and the test message.

use engine::booking::CompanyId;
use engine::branch::Branch;
use engine::db::StorageError;
use engine::outbox::history::{Filter, Query};
use engine::phone::{self, Phone};
use engine::settings::Settings;
use engine::template::{self, TemplateError};
use engine::visit::VisitFacts;

use super::{Answer, Here, blocking};
use crate::contract::{ErrorCode, Failure, Preview, Row, TemplateInfo};
use crate::session::{Session, instance};
use crate::{views, words};

/// How many of the latest messages are looked through for one that can be shown.
const LOOKED_AT: usize = 50;

pub fn template_info(session: &Session) -> TemplateInfo {
    let language = session.language();
    TemplateInfo {
        built_in: template::built_in(language).to_owned(),
        placeholders: words::placeholders(language),
    }
}

/// How a template reads, on the branch's latest booking that was written about, or on an invented one.
pub fn template_preview(session: &Session, text: &str, company: Option<i64>) -> Answer<Preview> {
    let held = session.settings();
    let language = held.language;
    let refused = |error: TemplateError| Failure::template(&error, language);
    let own = (!text.trim().is_empty()).then_some(text);
    if let Some(own) = own {
        template::check(own).map_err(refused)?;
    }
    if let Some(company) = company.map(CompanyId) {
        let mut settings = (*held).clone();
        settings.template = own.map(str::to_owned);
        for branch in &mut settings.branches {
            branch.template = None;
        }
        let shown = on_booking(session, &settings, company);
        if let Some(preview) = shown.map_err(|error| Failure::storage(&error, language))? {
            return Ok(preview);
        }
    }
    let sample = template::sample().ok_or_else(|| refused(TemplateError::NoVisit))?;
    let text = template::compose(own, language, &sample).map_err(refused)?;
    Ok(Preview { text, about: String::new() })
}

fn on_booking(
    session: &Session,
    settings: &Settings,
    company: CompanyId,
) -> Result<Option<Preview>, StorageError> {
    let state = session.branch(company)?;
    let Ok(branch) = Branch::new(settings, company, &state.facts) else { return Ok(None) };
    let now = session.now();
    let lately = Query {
        from: now - chrono::TimeDelta::days(30),
        to: now + chrono::TimeDelta::days(1),
        filter: Filter::All,
        search: String::new(),
        now,
    };
    let page = session.outbox.history(&lately, None, LOOKED_AT)?;
    for row in page.rows.iter().filter(|row| row.company == company) {
        let mut visits: Vec<VisitFacts> = Vec::new();
        for link in session.outbox.links(row.id)?.into_iter().filter(|link| !link.dropped) {
            let booking = session.outbox.booking(company, link.booking)?;
            visits.extend(booking.zip(link.facts).map(|(booking, told)| {
                // What it is called and costs now: an older version kept only who, when and what.
                VisitFacts::of(
                    &booking,
                    told.phone,
                    told.starts_local,
                    told.starts_at,
                    branch.written_in(&booking),
                    &state.facts,
                )
            }));
        }
        if visits.is_empty() {
            continue;
        }
        if let Ok(made) = branch.compose(&visits) {
            let starts = branch.local(row.starts_at).format("%d.%m %H:%M");
            let about = format!("{} · {starts}", row.client_name);
            return Ok(Some(Preview { text: made.text, about: about.trim_start_matches(" · ").to_owned() }));
        }
    }
    Ok(None)
}

/// A message to one's own number, through the same queue as every other.
pub fn test_message(session: &Session, raw: &str) -> Answer<Row> {
    let settings = session.settings();
    let language = settings.language;
    let instance = instance(&settings);
    if instance.is_empty() {
        return Err(Failure::of(ErrorCode::NotSetUp, language).field("instance_id"));
    }
    let number = number(session, raw)?;
    let person = session.person(&settings, &instance);
    let row = person
        .send_test(&number, words::test_message(language), session.now())
        .map_err(|error| Failure::outbox(&error, language))?;
    views::row(session, &row).map_err(|error| Failure::storage(&error, language))
}

/// A number as the desk writes it.
pub(super) fn number(session: &Session, raw: &str) -> Answer<Phone> {
    let settings = session.settings();
    phone::read(raw, region(session, &settings).as_deref())
        .map_err(|fault| Failure::of(ErrorCode::Phone, settings.language).field("phone").detail(fault))
}

/// The country in which numbers are written at this desk.
fn region(session: &Session, settings: &Settings) -> Option<String> {
    let of_branch = settings.branches.first().and_then(|branch| {
        let state = session.branch(branch.company_id).ok()?;
        phone::region_of_branch(branch.phone_region.as_deref(), &state.facts.phone, &state.facts.time_zone)
    });
    of_branch.or_else(|| (settings.language == engine::settings::Language::Ru).then(|| "RU".to_owned()))
}

/// The commands.
pub mod command {
    use super::{Answer, Here, Preview, Row, TemplateInfo, blocking};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn template_info(here: Here<'_>) -> Answer<TemplateInfo> {
        blocking(here, |session| Ok(super::template_info(session))).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn template_preview(
        here: Here<'_>,
        template: String,
        company_id: Option<i64>,
    ) -> Answer<Preview> {
        blocking(here, move |session| super::template_preview(session, &template, company_id)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn test_message(here: Here<'_>, phone: String) -> Answer<Row> {
        blocking(here, move |session| super::test_message(session, &phone)).await
    }
}
