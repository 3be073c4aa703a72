//! What is wrong, in words. One fault a subject: what two branches suffer from the
//! keyring is one fault of the keyring.

use chrono::{DateTime, Utc};
use engine::booking::CompanyId;
use engine::clock::ClockTold;
use engine::error::FaultCode;
use engine::monitor::known::BranchState;
use engine::outbox::{DeskState, GatewayTold, Rival, Stumble};
use engine::settings::{Language, SettingsError};
use engine::words;

use crate::contract::Fault;
use crate::time::rfc3339;
use crate::words::{self as say};

/// Passes without a person, so it is shown calmly.
const fn passes(code: FaultCode) -> bool {
    matches!(
        code,
        FaultCode::YclientsOffline
            | FaultCode::YclientsRateLimited
            | FaultCode::YclientsOutOfOrder
            | FaultCode::YclientsIntercepted
            | FaultCode::YclientsUnreadable
            | FaultCode::GatewayOffline
            | FaultCode::GatewayStarting
            | FaultCode::GatewayRateLimited
            | FaultCode::GatewayOutOfOrder
            | FaultCode::StorageBusy
            | FaultCode::PartStumbled
    )
}

/// Whose fault it is, whoever met it.
fn subject(code: FaultCode, met_by: String) -> String {
    let word = code.as_str();
    if word.starts_with("keyring_") || code == FaultCode::SecretMissing {
        "keyring".to_owned()
    } else if word.starts_with("storage_") {
        "storage".to_owned()
    } else {
        met_by
    }
}

fn add(
    found: &mut Vec<Fault>,
    met_by: String,
    title: &str,
    (code, detail, since): (&str, &str, Option<DateTime<Utc>>),
    language: Language,
) {
    let Some(code) = FaultCode::parse(code) else { return };
    let subject = subject(code, met_by);
    if found.iter().any(|fault| fault.subject == subject) {
        return;
    }
    let explained = words::fault(code, language);
    let of_branch = subject.starts_with("branch:");
    found.push(Fault {
        subject,
        code: code.as_str().to_owned(),
        what: explained.what.to_owned(),
        means: explained.means.to_owned(),
        do_next: explained.do_next.to_owned(),
        detail: detail.to_owned(),
        since: since.map(rfc3339),
        title: if of_branch { title.to_owned() } else { String::new() },
        passing: passes(code),
    });
}

pub(super) fn of_branch(
    found: &mut Vec<Fault>,
    company: CompanyId,
    title: &str,
    state: &BranchState,
    language: Language,
) {
    let told = (state.fault_code.as_str(), state.fault_detail.as_str(), state.fault_at);
    add(found, format!("branch:{company}"), title, told, language);
}

pub(super) fn of_gateway(found: &mut Vec<Fault>, told: &GatewayTold, language: Language) {
    let told = (told.fault.as_str(), told.detail.as_str(), told.fault_at);
    add(found, "gateway".to_owned(), "", told, language);
}

/// The account's own settings are not as they must be; the window has a button for that.
pub(super) fn of_account(found: &mut Vec<Fault>, told: &GatewayTold, language: Language) {
    let code = if told.amiss.is_empty() { "" } else { FaultCode::GatewaySettings.as_str() };
    add(found, "account".to_owned(), "", (code, told.amiss.as_str(), told.amiss_at), language);
}

/// This computer's clock is not what the servers' show.
pub(super) fn of_clock(found: &mut Vec<Fault>, told: &ClockTold, language: Language) {
    let code = told.fault().map_or("", FaultCode::as_str);
    add(found, "clock".to_owned(), "", (code, told.detail.as_str(), told.since), language);
}

/// Parts of the program itself that began anew: one fault, however many.
pub(super) fn of_program(found: &mut Vec<Fault>, stumbles: &[Stumble], language: Language) {
    let Some(first) = stumbles.first() else { return };
    let parts: Vec<_> = stumbles
        .iter()
        .map(|stumble| format!("{} ({}×)", words::part(stumble.part, language), stumble.times))
        .collect();
    let told = (FaultCode::PartStumbled.as_str(), &*parts.join(", "), Some(first.since));
    add(found, "program".to_owned(), "", told, language);
}

/// Another Booking Monitor works for the shop.
pub(super) fn of_rival(found: &mut Vec<Fault>, rival: Option<&Rival>, language: Language) {
    let Some(rival) = rival else { return };
    let told = (FaultCode::AnotherMonitor.as_str(), rival.by.as_str(), Some(rival.since));
    add(found, "shop".to_owned(), "", told, language);
}

/// Nobody polls and sends.
pub(super) fn of_owner(found: &mut Vec<Fault>, desk: &DeskState, language: Language) {
    let explained = say::nobody_works(language);
    found.push(Fault {
        subject: "owner".to_owned(),
        code: "owner".to_owned(),
        what: explained.what.to_owned(),
        means: explained.means.to_owned(),
        do_next: explained.do_next.to_owned(),
        detail: String::new(),
        since: desk.alive_at.map(rfc3339),
        title: String::new(),
        passing: false,
    });
}

/// The settings' file cannot be used; the last good settings hold.
pub(super) fn of_settings(found: &mut Vec<Fault>, error: Option<&SettingsError>, language: Language) {
    let Some(error) = error else { return };
    let explained = say::broken_settings(language);
    found.push(Fault {
        subject: "settings".to_owned(),
        code: "settings".to_owned(),
        what: explained.what.to_owned(),
        means: explained.means.to_owned(),
        do_next: explained.do_next.to_owned(),
        detail: error.to_string(),
        since: None,
        title: String::new(),
        passing: false,
    });
}
