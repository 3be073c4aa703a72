//! From what went wrong to what the screen shows: a code, a text, the field it belongs to.

use engine::db::StorageError;
use engine::notification::{Refusal, State};
use engine::outbox::OutboxError;
use engine::ports::{BookingsError, MessengerError, SecretsError};
use engine::settings::{Language, SettingsError};
use engine::template::TemplateError;
use engine::words::Explanation;

use crate::contract::{ErrorCode, Failure};
use crate::words;

/// The three parts of an explanation as one text.
fn told(explanation: Explanation) -> String {
    format!("{} {} {}", explanation.what, explanation.means, explanation.do_next)
}

impl Failure {
    /// A code with its own text.
    pub fn of(code: ErrorCode, language: Language) -> Self {
        Self {
            code,
            message: words::code(code, language).to_owned(),
            field: String::new(),
            detail: String::new(),
        }
    }

    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: impl std::fmt::Display) -> Self {
        self.detail = detail.to_string();
        self
    }

    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    pub fn refused(refusal: &Refusal, language: Language) -> Self {
        Self {
            code: words::code_of(refusal),
            message: words::refused(refusal, language),
            field: String::new(),
            detail: refusal.to_string(),
        }
    }

    pub fn storage(error: &StorageError, language: Language) -> Self {
        Self::of(ErrorCode::Storage, language)
            .message(told(engine::words::fault(error.code(), language)))
            .detail(error)
    }

    pub fn outbox(error: &OutboxError, language: Language) -> Self {
        match error {
            OutboxError::Refused(refusal) => Self::refused(refusal, language),
            OutboxError::Storage(error) => Self::storage(error, language),
        }
    }

    /// The same for a cancel: while the message is on its way the wish is kept.
    pub fn cancel(error: &OutboxError, language: Language) -> Self {
        match error {
            OutboxError::Refused(refusal @ Refusal::TooLate(State::Sending)) => {
                Self::refused(refusal, language).message(words::cancel_too_late(language))
            }
            other => Self::outbox(other, language),
        }
    }

    pub fn settings(error: &SettingsError, language: Language) -> Self {
        let field = error.key.as_deref().map(words::settings_field).unwrap_or_default();
        Self::of(ErrorCode::Settings, language)
            .message(words::settings(error, language))
            .field(field)
            .detail(error)
    }

    pub fn template(error: &TemplateError, language: Language) -> Self {
        Self::of(ErrorCode::Template, language)
            .message(words::template(error, language))
            .field("template")
            .detail(error)
    }

    pub fn secrets(error: &SecretsError, language: Language) -> Self {
        Self::of(ErrorCode::Keyring, language)
            .message(told(engine::words::fault(error.code(), language)))
            .detail(error)
    }

    pub fn yclients(error: &BookingsError, language: Language) -> Self {
        match error {
            BookingsError::SecretMissing(name) => {
                Self::of(ErrorCode::NotSetUp, language).field(*name).detail(error)
            }
            BookingsError::Secrets(error) => Self::secrets(error, language),
            _ => Self::of(ErrorCode::Yclients, language)
                .message(told(engine::words::fault(error.code(), language)))
                .detail(error),
        }
    }

    pub fn gateway(error: &MessengerError, language: Language) -> Self {
        match error {
            MessengerError::SecretMissing(name) => {
                Self::of(ErrorCode::NotSetUp, language).field(*name).detail(error)
            }
            MessengerError::Secrets(error) => Self::secrets(error, language),
            // What the page offers to clear.
            MessengerError::QueueLeft(_) => Self::of(ErrorCode::Gateway, language)
                .message(told(engine::words::fault(error.code(), language)))
                .field("gateway_queue")
                .detail(error),
            _ => Self::of(ErrorCode::Gateway, language)
                .message(told(engine::words::fault(error.code(), language)))
                .detail(error),
        }
    }

    /// A mistake of the program's own, such as a page that asks for what there is not.
    pub fn internal(detail: impl std::fmt::Display, language: Language) -> Self {
        Self::of(ErrorCode::Internal, language).detail(detail)
    }
}
