use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Ru,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Manual {
    Manual,
}

/// `manual`: every message waits for a person. Else milliseconds, 0 … 1 800 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Delay {
    Ms(i64),
    Manual(Manual),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BranchSettings {
    pub company_id: i64,
    pub title: String,
    pub integration_user_ids: Vec<i64>,
    /// Two letters; empty: found from the branch itself.
    pub phone_region: String,
    /// null: what holds for all.
    pub notification_delay_ms: Option<Delay>,
    /// null: what holds for all; '' the built-in one.
    pub template: Option<String>,
    /// null: what holds for all; '' none here.
    pub quiet_hours: Option<String>,
    pub min_lead_minutes: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    pub enabled: bool,
    pub poll_interval_ms: i64,
    pub notification_delay_ms: Delay,
    pub language: Language,
    /// `21:00-09:00`, or empty.
    pub quiet_hours: String,
    pub min_lead_minutes: i64,
    /// More new messages of one branch than this within a minute wait for a person; 0: never.
    pub burst: i64,
    /// Empty: the built-in one.
    pub template: String,
    /// `none`, `system` or an address: the way to YClients, and to WhatsApp unless it has its own.
    pub proxy: String,
    pub yclients_base_url: String,
    pub request_gap_ms: i64,
    pub whatsapp_base_url: String,
    pub instance_id: String,
    pub send_gap_ms: i64,
    /// The account's own way; empty: the same as to YClients.
    pub whatsapp_proxy: String,
    pub branches: Vec<BranchSettings>,
    pub theme: Theme,
    pub small_window: bool,
    /// Banners may show names and times.
    pub names_in_banners: bool,
    pub autostart: bool,
    /// Keys that the environment decides, such as `poll_interval_ms`: shown, not editable.
    pub from_environment: Vec<String>,
    /// Set when the file on the disk is broken; the program goes on with the last good settings.
    pub file_error: String,
    pub file_path: String,
}

/// Only what changes. Refused whole, with `field`, when one value is not allowed; nothing is saved then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SettingsPatch {
    pub enabled: Option<bool>,
    pub poll_interval_ms: Option<i64>,
    pub notification_delay_ms: Option<Delay>,
    pub language: Option<Language>,
    pub quiet_hours: Option<String>,
    pub min_lead_minutes: Option<i64>,
    pub burst: Option<i64>,
    pub template: Option<String>,
    pub proxy: Option<String>,
    pub yclients_base_url: Option<String>,
    pub request_gap_ms: Option<i64>,
    pub whatsapp_base_url: Option<String>,
    pub instance_id: Option<String>,
    pub send_gap_ms: Option<i64>,
    pub whatsapp_proxy: Option<String>,
    pub theme: Option<Theme>,
    pub small_window: Option<bool>,
    pub names_in_banners: Option<bool>,
    pub autostart: Option<bool>,
    /// Adds the branch, or replaces what is said about it. Its title is not kept: YClients says it.
    pub put_branch: Option<BranchSettings>,
    pub remove_branch: Option<i64>,
}

/// What another choice of a branch's bot users would do to messages that are not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, TS)]
pub struct BotsPreview {
    /// Kept back as the bot's, and worth a message then.
    pub back: i64,
    /// Of these, what would leave by itself; the others wait for a person or come back as they were.
    pub leaving: i64,
    /// Not sent yet, and the bot's then: they do not go.
    pub withdrawn: i64,
    /// About several visits, and made anew with more of them or fewer.
    pub remade: i64,
}
