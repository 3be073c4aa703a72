//! The gateway's words for the state of an account and of a message.

use engine::ports::{DeliveryStatus, GatewayState};

pub(super) fn state(word: &str) -> GatewayState {
    match word {
        "authorized" => GatewayState::Authorised,
        "notAuthorized" => GatewayState::NotAuthorised,
        "starting" => GatewayState::Starting,
        "sleepMode" => GatewayState::SleepMode,
        "yellowCard" => GatewayState::YellowCard,
        "blocked" => GatewayState::Blocked,
        "suspended" => GatewayState::Suspended,
        other => GatewayState::Unknown(other.chars().take(40).collect()),
    }
}

/// None: a word we do not know, which says nothing about the message.
pub(super) fn delivery(word: &str) -> Option<DeliveryStatus> {
    match word {
        "pending" => Some(DeliveryStatus::Pending),
        "sent" => Some(DeliveryStatus::Sent),
        "delivered" => Some(DeliveryStatus::Delivered),
        "read" | "played" => Some(DeliveryStatus::Read),
        "noAccount" => Some(DeliveryStatus::NoAccount),
        // A restricted account's message may leave later after all; a later
        // "delivered" then outranks this.
        "failed" | "notInGroup" | "yellowCard" => Some(DeliveryStatus::Failed),
        _ => None,
    }
}
