//! The settings: shown, and changed whole or not at all.

use std::time::Duration;

use chrono::TimeDelta;
use engine::booking::CompanyId;
use engine::monitor::touched_by_bots;
use engine::outbox::RequestKind;
use engine::settings::{
    self as file, BranchQuietHours, Change, Proxy, QuietHours, SettingsError, SettingsFile,
};

use super::{Answer, Here, blocking};
use crate::autostart;
use crate::contract::{
    BotsPreview, BranchSettings, Delay, ErrorCode, Failure, Language, Settings, SettingsPatch, Theme,
};
use crate::session::{Session, instance};
use crate::{views, words};

/// The screen offers no shorter interval between polls; the file may have one.
const SHORTEST_POLL_MS: i64 = 5_000;

pub fn settings(session: &Session) -> Answer<Settings> {
    views::settings(session).map_err(|error| Failure::storage(&error, session.language()))
}

/// A refusal in the shape of the engine's, for what cannot even be written down.
fn not_allowed(key: &str, why: impl std::fmt::Display) -> SettingsError {
    SettingsError {
        path: None,
        line: None,
        column: None,
        key: Some(key.to_owned()),
        message: why.to_string(),
    }
}

fn duration(key: &str, ms: i64) -> Result<Duration, SettingsError> {
    u64::try_from(ms).map(Duration::from_millis).map_err(|error| not_allowed(key, error))
}

fn minutes(key: &str, minutes: i64) -> Result<TimeDelta, SettingsError> {
    TimeDelta::try_minutes(minutes).ok_or_else(|| not_allowed(key, "is out of range"))
}

fn delay(key: &str, delay: Delay) -> Result<file::Delay, SettingsError> {
    match delay {
        Delay::Manual(_) => Ok(file::Delay::Manual),
        Delay::Ms(ms) => TimeDelta::try_milliseconds(ms)
            .map(file::Delay::After)
            .ok_or_else(|| not_allowed(key, "is out of range")),
    }
}

fn quiet_hours(key: &str, text: &str) -> Result<Option<QuietHours>, SettingsError> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|error| not_allowed(key, error)),
    }
}

fn proxy(key: &str, text: &str) -> Result<Proxy, SettingsError> {
    Proxy::parse(text).map_err(|error| not_allowed(key, error))
}

/// What a patch writes down. The engine checks the values themselves.
fn changes(patch: &SettingsPatch) -> Result<Vec<Change>, SettingsError> {
    let mut changes = Vec::new();
    changes.extend(patch.enabled.map(Change::Enabled));
    if let Some(ms) = patch.poll_interval_ms {
        changes.push(Change::PollInterval(duration("poll_interval_ms", ms)?));
    }
    if let Some(value) = patch.notification_delay_ms {
        changes.push(Change::Delay(delay("notification_delay_ms", value)?));
    }
    changes.extend(patch.language.map(|language| {
        Change::Language(match language {
            Language::Ru => file::Language::Ru,
            Language::En => file::Language::En,
        })
    }));
    if let Some(text) = &patch.quiet_hours {
        changes.push(Change::QuietHours(quiet_hours("quiet_hours", text)?));
    }
    if let Some(lead) = patch.min_lead_minutes {
        changes.push(Change::MinLead(minutes("min_lead_minutes", lead)?));
    }
    if let Some(most) = patch.burst {
        changes.push(Change::Burst(usize::try_from(most).map_err(|error| not_allowed("burst", error))?));
    }
    if let Some(text) = &patch.template {
        changes.push(Change::Template((!text.trim().is_empty()).then(|| text.clone())));
    }
    if let Some(text) = &patch.proxy {
        changes.push(Change::Proxy(proxy("proxy", text)?));
    }
    changes.extend(patch.yclients_base_url.clone().map(Change::YclientsBaseUrl));
    if let Some(ms) = patch.request_gap_ms {
        changes.push(Change::RequestGap(duration("yclients.request_gap_ms", ms)?));
    }
    changes.extend(patch.whatsapp_base_url.clone().map(Change::WhatsappBaseUrl));
    changes.extend(patch.instance_id.clone().map(Change::InstanceId));
    if let Some(ms) = patch.send_gap_ms {
        changes.push(Change::SendGap(duration("whatsapp.send_gap_ms", ms)?));
    }
    if let Some(text) = &patch.whatsapp_proxy {
        // Blanks are an address that was not typed, and not a word for "as to YClients".
        let own = (!text.is_empty()).then(|| proxy("whatsapp.proxy", text)).transpose()?;
        changes.push(Change::WhatsappProxy(own));
    }
    changes.extend(patch.theme.map(|theme| {
        Change::Theme(match theme {
            Theme::System => file::Theme::System,
            Theme::Light => file::Theme::Light,
            Theme::Dark => file::Theme::Dark,
        })
    }));
    changes.extend(patch.small_window.map(Change::SmallWindow));
    changes.extend(patch.names_in_banners.map(Change::NamesInBanners));
    if let Some(branch) = &patch.put_branch {
        changes.push(Change::PutBranch(branch_settings(branch)?));
    }
    changes.extend(patch.remove_branch.map(|company| Change::RemoveBranch(CompanyId(company))));
    Ok(changes)
}

fn branch_settings(branch: &BranchSettings) -> Result<file::BranchSettings, SettingsError> {
    let region = branch.phone_region.trim();
    Ok(file::BranchSettings {
        company_id: CompanyId(branch.company_id),
        integration_user_ids: branch.integration_user_ids.clone(),
        phone_region: (!region.is_empty()).then(|| region.to_owned()),
        delay: branch
            .notification_delay_ms
            .map(|value| delay("branches.notification_delay_ms", value))
            .transpose()?,
        template: branch.template.clone(),
        quiet_hours: match branch.quiet_hours.as_deref() {
            None => None,
            Some(text) => Some(match quiet_hours("branches.quiet_hours", text)? {
                None => BranchQuietHours::Off,
                Some(hours) => BranchQuietHours::Between(hours),
            }),
        },
        min_lead: branch
            .min_lead_minutes
            .map(|lead| minutes("branches.min_lead_minutes", lead))
            .transpose()?,
    })
}

/// Saves what changes, all of it or nothing, and asks the owner to go on with it.
pub fn save_settings(session: &Session, patch: &SettingsPatch) -> Answer<Settings> {
    let held = session.settings();
    let language = held.language;
    let too_short =
        |ms: &i64| *ms < SHORTEST_POLL_MS && u128::try_from(*ms) != Ok(held.poll_interval.as_millis());
    if let Some(ms) = patch.poll_interval_ms.filter(too_short) {
        return Err(Failure::of(ErrorCode::Settings, language)
            .message(words::poll_interval_on_screen(language))
            .field("poll_interval_ms")
            .detail(format!("{ms} ms")));
    }
    let refused = |error: SettingsError| Failure::settings(&error, language);
    let changes = changes(patch).map_err(refused)?;
    // A mistake in a template is told in its own words, before the file is touched.
    for change in &changes {
        if let Change::Template(Some(text)) = change {
            engine::template::check(text).map_err(|error| Failure::template(&error, language))?;
        }
    }
    // The system's list of what starts with the session is changed last, when nothing can refuse any more.
    if patch.autostart.is_some() && session.training.is_some() {
        return Err(super::training::not_in_training(language).field("autostart"));
    }
    if !changes.is_empty() {
        SettingsFile::new(&session.dir).edit(&changes).map_err(refused)?;
        let asked = session.outbox.ask(RequestKind::SettingsChanged, "", session.now());
        asked.map_err(|error| Failure::storage(&error, language))?;
    }
    if let Some(on) = patch.autostart {
        autostart::set(on, &session.dir)
            .map_err(|error| Failure::of(ErrorCode::Settings, language).field("autostart").detail(error))?;
    }
    settings(session)
}

/// What ticking these users of a branch as its bot, and no others, would do to messages that are not sent.
pub fn bots_preview(session: &Session, company: i64, users: &[i64]) -> Answer<BotsPreview> {
    let settings = session.settings();
    let asked = (CompanyId(company), users);
    let touched = touched_by_bots(&session.outbox, &settings, asked, &instance(&settings), session.now())
        .map_err(|error| Failure::storage(&error, settings.language))?;
    let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    Ok(BotsPreview {
        back: count(touched.back),
        leaving: count(touched.leaving),
        withdrawn: count(touched.withdrawn),
        remade: count(touched.remade),
    })
}

/// The commands.
pub mod command {
    use super::{Answer, BotsPreview, Here, Settings, SettingsPatch, blocking};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn settings(here: Here<'_>) -> Answer<Settings> {
        blocking(here, super::settings).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn save_settings(here: Here<'_>, patch: SettingsPatch) -> Answer<Settings> {
        blocking(here, move |session| super::save_settings(session, &patch)).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn bots_preview(here: Here<'_>, company_id: i64, user_ids: Vec<i64>) -> Answer<BotsPreview> {
        blocking(here, move |session| super::bots_preview(session, company_id, &user_ids)).await
    }
}
