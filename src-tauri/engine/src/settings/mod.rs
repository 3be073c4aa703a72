//! `settings.toml`: what the owner decides, in one file a person can read.
//!
//! Every key is optional and has its default here. Three environment variables
//! win over the file. A key nobody knows is an error and not a silence, because
//! a misspelt `enabled` must not leave the sender running.
//!
//! Whoever needs a setting of a branch asks [`Settings::for_branch`]: the rule
//! "the branch's own word, else the general one" is nowhere else. No credential
//! is ever in this file; those are in the keyring.

mod address;
mod broken;
mod edit;
mod environment;
mod error;
mod parse;
mod proxy;
mod quiet_hours;
#[cfg(test)]
mod tests;
mod whole;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

pub use broken::BrokenTemplate;
#[cfg(any(test, fuzzing))]
pub(crate) use edit::edited;
pub use edit::{Change, SettingsFile};
pub use environment::Environment;
pub use error::SettingsError;
#[cfg(any(test, fuzzing))]
pub(crate) use parse::parse;
pub use proxy::Proxy;
pub use quiet_hours::{QuietHours, QuietHoursError};
pub use whole::{Put, WholeError, WholeFile, exported};

use crate::booking::CompanyId;

/// The file's name in the data directory.
pub const FILE_NAME: &str = "settings.toml";

/// Everything the owner decided, defaults filled in and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// False: no polls and no automatic sends; the queue stays.
    pub enabled: bool,
    /// Between two polls of a branch; at least 100 ms.
    pub poll_interval: Duration,
    /// How long a message stays in sight before it leaves.
    pub delay: Delay,
    /// Of the program and of the built-in message.
    pub language: Language,
    /// When no message leaves, by the branch's wall clock.
    pub quiet_hours: Option<QuietHours>,
    /// A visit that begins sooner is not written about.
    pub min_lead: TimeDelta,
    /// More new messages of one branch than this within a minute wait for a person; 0: never.
    pub burst: usize,
    /// Names, numbers and texts of what is older go, ids and hashes stay.
    pub keep_days: i64,
    /// The message; None: the built-in one.
    pub template: Option<String>,
    /// The way to YClients, and to each account that has none of its own.
    pub proxy: Proxy,
    pub yclients: YclientsSettings,
    pub whatsapp: WhatsappSettings,
    pub window: WindowSettings,
    /// In the file's order, each company once.
    pub branches: Vec<BranchSettings>,
}

/// How long a message stays in sight before it leaves by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// 0 to 30 minutes.
    After(TimeDelta),
    /// It waits for a person.
    Manual,
}

/// A language the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Ru,
    En,
}

/// Where bookings come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YclientsSettings {
    /// No slash at the end.
    pub base_url: String,
    /// Between two requests, over all branches.
    pub request_gap: Duration,
}

/// Who carries messages over WhatsApp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatsappSettings {
    pub gateway: Gateway,
    /// No slash at the end.
    pub base_url: String,
    /// The account at the gateway; empty until it is set up.
    pub instance_id: String,
    /// Between two messages, before jitter.
    pub send_gap: Duration,
    /// The way to the gateway; None: as for everything.
    pub proxy: Option<Proxy>,
}

/// How the program shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSettings {
    pub theme: Theme,
    /// A small window at the corner of the screen shows what is counting down.
    pub small_window: bool,
    /// Banners may show names and times; the screen may face the clients.
    pub names_in_banners: bool,
}

/// The look of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// As the desktop has it.
    #[default]
    System,
    Light,
    Dark,
}

/// A gateway the program can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gateway {
    GreenApi,
}

/// What the owner decided for one branch. None: what holds for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchSettings {
    pub company_id: CompanyId,
    /// The users the shop's bot writes as; their bookings are not staff-made.
    pub integration_user_ids: Vec<i64>,
    /// ISO 3166 code in capitals. None: found from the branch itself.
    pub phone_region: Option<String>,
    pub delay: Option<Delay>,
    /// Empty: the built-in message, whatever holds for all.
    pub template: Option<String>,
    pub quiet_hours: Option<BranchQuietHours>,
    pub min_lead: Option<TimeDelta>,
}

/// A branch's own word on quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchQuietHours {
    /// None here, whatever holds for all. An empty string in the file.
    Off,
    Between(QuietHours),
}

/// What holds in one branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchPolicy<'a> {
    pub delay: Delay,
    /// None: the built-in message.
    pub template: Option<&'a str>,
    pub quiet_hours: Option<QuietHours>,
    pub min_lead: TimeDelta,
    pub integration_user_ids: &'a [i64],
    /// The owner's word alone; [`crate::phone::region_of_branch`] knows what else to ask.
    pub phone_region: Option<&'a str>,
}

impl Settings {
    /// What the file in `dir` and the environment say. A missing file says nothing.
    ///
    /// Fails when the file cannot be read, or when anything in file or
    /// environment is not allowed: half-understood settings are never used.
    pub fn load(dir: &Path, environment: &Environment) -> Result<Self, SettingsError> {
        let mut settings = SettingsFile::new(dir).read()?;
        environment.apply(&mut settings)?;
        Ok(settings)
    }

    /// What holds in a branch; None when it is not one of ours.
    pub fn for_branch(&self, company: CompanyId) -> Option<BranchPolicy<'_>> {
        let branch = self.branches.iter().find(|branch| branch.company_id == company)?;
        let template = branch.template.as_deref().or(self.template.as_deref());
        Some(BranchPolicy {
            delay: branch.delay.unwrap_or(self.delay),
            template: template.filter(|text| !text.is_empty()),
            quiet_hours: match branch.quiet_hours {
                None => self.quiet_hours,
                Some(BranchQuietHours::Off) => None,
                Some(BranchQuietHours::Between(hours)) => Some(hours),
            },
            min_lead: branch.min_lead.unwrap_or(self.min_lead),
            integration_user_ids: &branch.integration_user_ids,
            phone_region: branch.phone_region.as_deref(),
        })
    }
}

impl Settings {
    /// The way to the account that carries messages.
    pub fn gateway_proxy(&self) -> &Proxy {
        self.whatsapp.proxy.as_ref().unwrap_or(&self.proxy)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            poll_interval: Duration::from_mins(1),
            delay: Delay::After(TimeDelta::seconds(30)),
            language: Language::Ru,
            quiet_hours: None,
            min_lead: TimeDelta::minutes(15),
            burst: 20,
            keep_days: 90,
            template: None,
            proxy: Proxy::None,
            yclients: YclientsSettings {
                base_url: "https://api.yclients.com/api/v1".to_owned(),
                request_gap: Duration::from_secs(1),
            },
            whatsapp: WhatsappSettings {
                gateway: Gateway::GreenApi,
                base_url: "https://api.green-api.com".to_owned(),
                instance_id: String::new(),
                send_gap: Duration::from_secs(3),
                proxy: None,
            },
            window: WindowSettings { theme: Theme::System, small_window: true, names_in_banners: false },
            branches: Vec::new(),
        }
    }
}

impl BranchSettings {
    /// A branch for which only what holds for all holds.
    pub fn new(company_id: CompanyId) -> Self {
        Self {
            company_id,
            integration_user_ids: Vec::new(),
            phone_region: None,
            delay: None,
            template: None,
            quiet_hours: None,
            min_lead: None,
        }
    }
}

impl Language {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The reverse of [`Language::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Ru, Self::En].into_iter().find(|known| known.as_str() == word)
    }
}

impl Theme {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The reverse of [`Theme::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|known| known.as_str() == word)
    }
}

impl Gateway {
    /// The word in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GreenApi => "green-api",
        }
    }

    /// The reverse of [`Gateway::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::GreenApi].into_iter().find(|known| known.as_str() == word)
    }
}

/// Where the file lies in a data directory.
pub fn file_path(dir: &Path) -> PathBuf {
    dir.join(FILE_NAME)
}
