use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum SecretName {
    #[serde(rename = "yclients.partner-token")]
    YclientsPartnerToken,
    #[serde(rename = "yclients.user-token")]
    YclientsUserToken,
    #[serde(rename = "green-api.token")]
    GreenApiToken,
}

impl From<SecretName> for engine::ports::SecretName {
    fn from(name: SecretName) -> Self {
        match name {
            SecretName::YclientsPartnerToken => Self::YclientsPartnerToken,
            SecretName::YclientsUserToken => Self::YclientsUserToken,
            SecretName::GreenApiToken => Self::GreenApiToken,
        }
    }
}

/// Whether something is stored, by the secret's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[ts(type = "Record<SecretName, boolean>")]
pub struct Stored {
    #[serde(rename = "yclients.partner-token")]
    pub yclients_partner_token: bool,
    #[serde(rename = "yclients.user-token")]
    pub yclients_user_token: bool,
    #[serde(rename = "green-api.token")]
    pub green_api_token: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct Secrets {
    /// Whether something is stored; values are never read back.
    pub stored: Stored,
    /// Why the keyring cannot be used; empty when it can.
    pub trouble: String,
}

/// The code that was sent, and the step it answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LoginCode {
    pub uuid: String,
    pub secret: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum LoginAnswer {
    Done,
    Code { uuid: String, recipient: String, attempts_left: Option<u32>, ttl_s: Option<u64> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BranchOffer {
    pub company_id: i64,
    pub title: String,
    pub address: String,
    pub active: bool,
    pub chosen: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UserOffer {
    pub id: i64,
    pub name: String,
    pub bot: bool,
}

/// A right missing in YClients, in words, and where to give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MissingRight {
    pub code: String,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct GatewayCheck {
    pub state: String,
    /// The state in a sentence.
    pub what: String,
    pub ready: bool,
    /// Own number of the account, as people write it; empty when unknown.
    pub phone: String,
    /// Settings of the instance that must be changed, in words. `gateway_mend` sets them.
    pub missing: Vec<String>,
    /// Another Booking Monitor writes for the shop, in words; else empty. `take_over` ends that.
    pub another: String,
    /// What no button mends, in words: an account of another channel, a pause that makes messages late.
    pub notes: Vec<String>,
}

/// `code`: a PNG in base64, good for 20 s.
#[derive(Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QrAnswer {
    Code { png: String },
    Linked,
    NotYet { message: String },
}

impl std::fmt::Debug for QrAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The code links a phone to whoever shows it.
        f.write_str(match self {
            Self::Code { .. } => "Code",
            Self::Linked => "Linked",
            Self::NotYet { .. } => "NotYet",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Placeholder {
    pub name: String,
    pub meaning: String,
    pub example: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TemplateInfo {
    pub built_in: String,
    pub placeholders: Vec<Placeholder>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Preview {
    pub text: String,
    /// The booking it was made from, or '' for an invented one.
    pub about: String,
}

/// A person's word on a message of unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    Arrived,
    Again,
    Drop,
}
