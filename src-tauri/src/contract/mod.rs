//! What the page asks and is told. `bindings.ts` of the UI is made from these types,
//! comments and all; a test keeps the two equal.
//!
//! Instants are RFC 3339 text in UTC. Texts that explain come in the language of
//! the settings and are drawn as they are. `null` means "not yet" or "none".

mod failure;
mod lists;
mod program;
mod rows;
mod settings;
mod setup;

pub use failure::{ErrorCode, Failure};
pub use lists::{DayTally, LikelyClient, ListFilter, ListPage, ListQuery, Overview, StopWish};
pub use program::{Page, Program, Training, TrainingAct, TrainingBooking, TrainingPhone, Visitor};
pub use rows::{Act, Branch, Counts, Desk, Editor, Fault, Gateway, PauseView, Row, State, Visit};
pub use settings::{BotsPreview, BranchSettings, Delay, Language, Manual, Settings, SettingsPatch, Theme};
pub use setup::{
    BranchOffer, GatewayCheck, LoginAnswer, LoginCode, MissingRight, Placeholder, Preview, QrAnswer,
    Resolution, SecretName, Secrets, Stored, TemplateInfo, UserOffer,
};

/// Every type of the contract as TypeScript, with its comments.
pub fn typescript() -> String {
    let config = ts_rs::Config::new().with_large_int("number");
    let mut text = String::from(
        "// Made from the window's Rust types by `cargo test -p booking-monitor-window`; not to be edited.\n\
         // To make it anew: BOOKING_MONITOR_WRITE_BINDINGS=1 cargo test -p booking-monitor-window bindings\n",
    );
    macro_rules! declare {
        ($($type:ty),+ $(,)?) => {$(
            text.push('\n');
            text.push_str(&<$type as ts_rs::TS>::docs().unwrap_or_default());
            text.push_str("export ");
            text.push_str(&<$type as ts_rs::TS>::decl(&config));
            text.push('\n');
        )+};
    }
    declare!(
        State,
        Act,
        Language,
        Theme,
        Page,
        SecretName,
        ErrorCode,
        Failure,
        Visit,
        Editor,
        Row,
        Fault,
        Branch,
        PauseView,
        Gateway,
        Counts,
        Desk,
        ListFilter,
        ListQuery,
        ListPage,
        DayTally,
        LikelyClient,
        StopWish,
        Overview,
        Manual,
        Delay,
        BranchSettings,
        Settings,
        SettingsPatch,
        BotsPreview,
        Stored,
        Secrets,
        LoginCode,
        LoginAnswer,
        BranchOffer,
        UserOffer,
        MissingRight,
        GatewayCheck,
        QrAnswer,
        Placeholder,
        TemplateInfo,
        Preview,
        Resolution,
        Program,
        Visitor,
        TrainingAct,
        TrainingPhone,
        TrainingBooking,
        Training,
    );
    text
}
