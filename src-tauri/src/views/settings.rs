//! The settings as the screen edits them.

use std::time::Duration;

use engine::db::StorageError;
use engine::settings::{self as engine_settings, BranchQuietHours, Proxy, file_path};

use crate::autostart;
use crate::contract::{BranchSettings, Delay, Language, Manual, Settings, Theme};
use crate::session::Session;
use crate::words;

impl From<engine_settings::Language> for Language {
    fn from(language: engine_settings::Language) -> Self {
        match language {
            engine_settings::Language::Ru => Self::Ru,
            engine_settings::Language::En => Self::En,
        }
    }
}

impl From<engine_settings::Theme> for Theme {
    fn from(theme: engine_settings::Theme) -> Self {
        match theme {
            engine_settings::Theme::System => Self::System,
            engine_settings::Theme::Light => Self::Light,
            engine_settings::Theme::Dark => Self::Dark,
        }
    }
}

impl From<engine_settings::Delay> for Delay {
    fn from(delay: engine_settings::Delay) -> Self {
        match delay {
            engine_settings::Delay::After(delay) => Self::Ms(delay.num_milliseconds()),
            engine_settings::Delay::Manual => Self::Manual(Manual::Manual),
        }
    }
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn settings(session: &Session) -> Result<Settings, StorageError> {
    let snapshot = session.snapshot();
    let held = &*snapshot.settings;
    let mut branches = Vec::new();
    for branch in &held.branches {
        let known = session.branch(branch.company_id)?;
        branches.push(BranchSettings {
            company_id: branch.company_id.0,
            title: session.branch_title(branch.company_id.0, &known),
            integration_user_ids: branch.integration_user_ids.clone(),
            phone_region: branch.phone_region.clone().unwrap_or_default(),
            notification_delay_ms: branch.delay.map(Delay::from),
            template: branch.template.clone(),
            quiet_hours: branch.quiet_hours.map(|hours| match hours {
                BranchQuietHours::Off => String::new(),
                BranchQuietHours::Between(hours) => hours.to_string(),
            }),
            min_lead_minutes: branch.min_lead.map(|lead| lead.num_minutes()),
        });
    }
    let environment = session.environment();
    let decides = [
        ("enabled", &environment.enabled),
        ("poll_interval_ms", &environment.interval),
        ("notification_delay_ms", &environment.delay),
    ];
    Ok(Settings {
        enabled: held.enabled,
        poll_interval_ms: whole_ms(held.poll_interval),
        notification_delay_ms: held.delay.into(),
        language: held.language.into(),
        quiet_hours: held.quiet_hours.map(|hours| hours.to_string()).unwrap_or_default(),
        min_lead_minutes: held.min_lead.num_minutes(),
        burst: i64::try_from(held.burst).unwrap_or(i64::MAX),
        template: held.template.clone().unwrap_or_default(),
        proxy: held.proxy.as_str().to_owned(),
        yclients_base_url: held.yclients.base_url.clone(),
        request_gap_ms: whole_ms(held.yclients.request_gap),
        whatsapp_base_url: held.whatsapp.base_url.clone(),
        instance_id: held.whatsapp.instance_id.clone(),
        send_gap_ms: whole_ms(held.whatsapp.send_gap),
        whatsapp_proxy: held.whatsapp.proxy.as_ref().map_or("", Proxy::as_str).to_owned(),
        branches,
        theme: held.window.theme.into(),
        small_window: held.window.small_window,
        names_in_banners: held.window.names_in_banners,
        autostart: session.training.is_none() && autostart::is_on(),
        from_environment: decides
            .into_iter()
            .filter(|(_, value)| value.as_ref().is_some_and(|value| !value.trim().is_empty()))
            .map(|(key, _)| key.to_owned())
            .collect(),
        file_error: snapshot.error.map(|error| words::settings(&error, held.language)).unwrap_or_default(),
        file_path: file_path(&session.dir).display().to_string(),
    })
}
