use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Language, Theme};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    #[default]
    Queue,
    Today,
    History,
    Overview,
    Settings,
}

impl Page {
    /// The word of a request or of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Today => "today",
            Self::History => "history",
            Self::Overview => "overview",
            Self::Settings => "settings",
        }
    }

    /// The reverse of [`Page::as_str`]; the queue for a word nobody knows.
    pub fn parse(word: &str) -> Self {
        let all = [Self::Queue, Self::Today, Self::History, Self::Overview, Self::Settings];
        all.into_iter().find(|page| page.as_str() == word).unwrap_or_default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Program {
    pub version: String,
    pub data_dir: String,
    pub language: Language,
    pub theme: Theme,
    /// Training: the simulator, a throw-away directory, nothing leaves the computer.
    pub training: bool,
    /// The small window rather than the main one.
    pub small: bool,
    pub page: Page,
    /// Needs the first-run walk.
    pub first_run: bool,
    /// IANA zone of the desk: the first branch's, else UTC before any branch is known.
    pub zone: String,
    pub text_limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    New,
    SameClient,
    TwoServices,
    NoPhone,
    Online,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TrainingAct {
    Book { who: Visitor },
    Move,
    Cancel,
    Delete,
    YclientsOffline { on: bool },
    GatewayOffline { on: bool },
    LoseNextAnswer,
    UnlinkPhone { on: bool },
    Auto { on: bool },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TrainingPhone {
    pub phone: String,
    pub text: String,
    pub at: String,
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TrainingBooking {
    pub id: i64,
    pub client: String,
    pub starts_at: String,
    pub deleted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Training {
    pub yclients_offline: bool,
    pub gateway_offline: bool,
    pub unlinked: bool,
    pub auto: bool,
    /// What clients' phones show, newest first.
    pub phones: Vec<TrainingPhone>,
    pub bookings: Vec<TrainingBooking>,
}
