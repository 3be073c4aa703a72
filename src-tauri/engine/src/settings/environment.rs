//! The three environment variables that win over the file.

use super::parse::{MAX_DELAY_MS, MAX_POLL_INTERVAL_MS, MIN_POLL_INTERVAL_MS, milliseconds};
use super::{Delay, Settings, SettingsError};
use chrono::TimeDelta;

const ENABLED: &str = "BOOKING_MONITOR_ENABLED";
const INTERVAL: &str = "BOOKING_MONITOR_INTERVAL";
const DELAY: &str = "BOOKING_NOTIFICATION_DELAY";

/// The variables as they were found. None, or nothing but spaces: not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `BOOKING_MONITOR_ENABLED`: true, false, 1, 0, yes, no, on, off.
    pub enabled: Option<String>,
    /// `BOOKING_MONITOR_INTERVAL`: milliseconds between two polls.
    pub interval: Option<String>,
    /// `BOOKING_NOTIFICATION_DELAY`: milliseconds, or `manual`. It wins over
    /// what a branch says, too.
    pub delay: Option<String>,
}

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        // A value that is no text becomes one that is refused by name.
        let read = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self { enabled: read(ENABLED), interval: read(INTERVAL), delay: read(DELAY) }
    }

    pub(super) fn apply(&self, settings: &mut Settings) -> Result<(), SettingsError> {
        if let Some(word) = set(self.enabled.as_ref()) {
            settings.enabled = truth(word).ok_or_else(|| {
                SettingsError::of_variable(ENABLED, "must be true, false, 1, 0, yes, no, on or off")
            })?;
        }
        if let Some(word) = set(self.interval.as_ref()) {
            let interval =
                word.parse().ok().filter(|ms| (MIN_POLL_INTERVAL_MS..=MAX_POLL_INTERVAL_MS).contains(ms));
            settings.poll_interval = milliseconds(interval.ok_or_else(|| {
                let message =
                    format!("must be a whole number of milliseconds from {MIN_POLL_INTERVAL_MS} to {MAX_POLL_INTERVAL_MS}");
                SettingsError::of_variable(INTERVAL, message)
            })?);
        }
        if let Some(word) = set(self.delay.as_ref()) {
            settings.delay = delay(word).ok_or_else(|| {
                let message = format!(
                    "must be a whole number of milliseconds from 0 to {MAX_DELAY_MS} (30 minutes), or manual"
                );
                SettingsError::of_variable(DELAY, message)
            })?;
            for branch in &mut settings.branches {
                branch.delay = None;
            }
        }
        Ok(())
    }
}

fn set(value: Option<&String>) -> Option<&str> {
    value.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn truth(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn delay(word: &str) -> Option<Delay> {
    if word.eq_ignore_ascii_case("manual") {
        return Some(Delay::Manual);
    }
    let ms = word.parse().ok().filter(|ms| (0..=MAX_DELAY_MS).contains(ms))?;
    Some(Delay::After(TimeDelta::milliseconds(ms)))
}
