//! From login and password to a user token, with the partner's token alone.
//!
//! The password is used for one request and kept nowhere. The token it brings
//! has no end of its own, and ends when that user's password changes.

use std::fmt;
use std::time::Duration;

use engine::error::BookingsError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::address::ConfigError;
use crate::http::{Config, Http};
use crate::wire::{self, Login};

/// Logs users in.
#[derive(Debug)]
pub struct Auth {
    pub(crate) http: Http,
}

/// What a login came to.
pub enum LoginStep {
    /// Done.
    Token(SecretString),
    /// A code was sent; call [`Auth::login_with_code`] with this `uuid`.
    SecondFactor {
        uuid: String,
        /// Where the code went, as the server shows it.
        recipient: String,
        attempts_left: Option<u32>,
        /// After this time a new code may be asked for.
        ttl: Option<Duration>,
    },
}

impl fmt::Debug for LoginStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The recipient is somebody's address.
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::SecondFactor { .. } => "SecondFactor",
        })
    }
}

impl Auth {
    pub fn new(config: &Config, partner: SecretString) -> Result<Self, ConfigError> {
        Ok(Self { http: Http::new(config, vec![partner])? })
    }

    /// Whether the server knows the partner: tries to sign in as nobody, and looks what it is
    /// refused for. A partner it does not know is [`BookingsError::PartnerToken`].
    pub async fn try_partner(&self) -> Result<(), BookingsError> {
        let answer = self.http.post(&["auth"], &json!({ "login": "", "password": "" })).await?;
        match self.http.open(&answer) {
            Ok(_) => Ok(()),
            // It complains of the fields: it got as far as reading them. A page that says so is
            // somebody's in between.
            Err(BookingsError::Refused(_)) if wire::is_refusal(&answer.body) => Ok(()),
            Err(BookingsError::UserToken(message)) if speaks_of_login(&message) => Ok(()),
            Err(BookingsError::UserToken(message)) => Err(BookingsError::PartnerToken(message)),
            Err(error) => Err(error),
        }
    }

    /// The first step. A wrong password is [`BookingsError::Refused`].
    pub async fn login(&self, login: &str, password: &SecretString) -> Result<LoginStep, BookingsError> {
        self.ask(password, &json!({ "login": login, "password": password.expose_secret() })).await
    }

    /// The second step: the same again with the code that came by e-mail or push.
    pub async fn login_with_code(
        &self,
        login: &str,
        password: &SecretString,
        uuid: &str,
        code: &str,
    ) -> Result<LoginStep, BookingsError> {
        let factor = json!({ "uuid": uuid, "secret": code.trim() });
        let body = json!({ "login": login, "password": password.expose_secret(), "2fa": factor });
        self.ask(password, &body).await
    }

    async fn ask(
        &self,
        password: &SecretString,
        body: &serde_json::Value,
    ) -> Result<LoginStep, BookingsError> {
        let answer = self.http.post(&["auth"], body).await?;
        self.http.open_without(&answer, Some(password)).map_err(|error| match error {
            // There is no user token yet: a 401 here is about login or password.
            BookingsError::UserToken(message) => BookingsError::Refused(message),
            other => other,
        })?;
        match wire::login(&answer.body) {
            Some(Login::Token(token)) => Ok(LoginStep::Token(token)),
            Some(Login::SecondFactor { uuid, recipient, attempts_left, refresh_seconds }) => {
                Ok(LoginStep::SecondFactor {
                    uuid,
                    recipient,
                    attempts_left: attempts_left.and_then(|left| u32::try_from(left).ok()),
                    ttl: refresh_seconds.and_then(|s| u64::try_from(s).ok()).map(Duration::from_secs),
                })
            }
            None => Err(BookingsError::Unreadable("neither a token nor a demand for a code".into())),
        }
    }
}

/// A 401 about who signs in, and not about the partner who asks.
fn speaks_of_login(message: &str) -> bool {
    let message = message.to_lowercase();
    ["логин", "парол", "login", "password"].iter().any(|word| message.contains(word))
}
