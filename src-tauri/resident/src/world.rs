//! Makes the world the desk works with from settings and secrets.
//!
//! What cannot be made, for want of a token or of the keyring itself, becomes a
//! port that answers every call with the reason. So the desk runs, shows what is
//! missing, and needs no second kind of "not set up yet".

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::booking::{BookingId, CompanyId};
use engine::desk::Ports;
use engine::ports::{
    BookingQuery, Bookings, BookingsError, BranchAnswer, Clock, DeliveryStatus, Desktop, GatewayState,
    Listing, Lookup, Messenger, MessengerError, NumberCheck, Pushed, SecretName, Secrets, SecretsError,
    SendOutcome, SentMessage,
};
use engine::settings::{Gateway, Settings};
use messaging::green_api::{self, GreenApi};
use secrecy::SecretString;

/// The gateway account of the settings, as rows of the queue remember it; empty before it is set up.
pub(crate) fn instance(settings: &Settings) -> String {
    let Gateway::GreenApi = settings.whatsapp.gateway;
    match settings.whatsapp.instance_id.trim() {
        "" => String::new(),
        id => format!("{}:{id}", settings.whatsapp.gateway.as_str()),
    }
}

/// Where secrets come from, or why nothing comes.
pub(crate) type Keys = Result<Arc<dyn Secrets>, SecretsError>;

/// The ports, and what is still wanting.
pub(crate) struct World {
    pub(crate) ports: Ports,
    /// The keyring did not give a secret out: worth another try later.
    pub(crate) waits_for: Option<SecretsError>,
}

/// The world of these settings.
pub(crate) async fn build(
    settings: &Settings,
    keys: &Keys,
    clock: Arc<dyn Clock>,
    desktop: Arc<dyn Desktop>,
) -> World {
    let mut waits_for = None;
    let bookings: Arc<dyn Bookings> = match yclients(settings, keys).await {
        Ok(client) => Arc::new(client),
        Err(error) => {
            if let BookingsError::Secrets(why) = &error {
                waits_for = Some(why.clone());
            }
            Arc::new(NoBookings(error))
        }
    };
    let messenger: Arc<dyn Messenger> = match gateway(settings, keys).await {
        Ok(gateway) => Arc::new(gateway),
        Err(error) => {
            if let MessengerError::Secrets(why) = &error {
                waits_for = Some(why.clone());
            }
            Arc::new(NoMessenger { instance: instance(settings), error })
        }
    };
    World { ports: Ports { bookings, messenger, clock, desktop }, waits_for }
}

/// The client of YClients, or why there is none.
pub(crate) async fn yclients(settings: &Settings, keys: &Keys) -> Result<yclients::Client, BookingsError> {
    let secrets = keys.as_ref().map_err(Clone::clone)?;
    let partner =
        present(secrets.get(SecretName::YclientsPartnerToken).await?, SecretName::YclientsPartnerToken)
            .map_err(BookingsError::SecretMissing)?;
    let user = present(secrets.get(SecretName::YclientsUserToken).await?, SecretName::YclientsUserToken)
        .map_err(BookingsError::SecretMissing)?;
    let config = yclients::Config {
        request_gap: settings.yclients.request_gap,
        ..yclients::Config::new(settings.yclients.base_url.clone())
    };
    yclients::Client::new(&config, partner.clone(), user).map_err(|error| match error {
        yclients::ConfigError::Token => {
            // It does not say which of the two; with a good second one it can only be the first.
            match yclients::Client::new(&config, partner, "user".into()) {
                Ok(_) => BookingsError::UserToken(error.to_string()),
                Err(_) => BookingsError::PartnerToken(error.to_string()),
            }
        }
        other => BookingsError::Refused(other.to_string()),
    })
}

/// The gateway's client, or why there is none.
pub(crate) async fn gateway(settings: &Settings, keys: &Keys) -> Result<GreenApi, MessengerError> {
    let secrets = keys.as_ref().map_err(Clone::clone)?;
    let token = present(secrets.get(SecretName::GreenApiToken).await?, SecretName::GreenApiToken)
        .map_err(MessengerError::SecretMissing)?;
    let whatsapp = &settings.whatsapp;
    let config = green_api::Config::new(whatsapp.base_url.clone(), whatsapp.instance_id.clone());
    GreenApi::new(&config, token).map_err(|error| match error {
        green_api::ConfigError::Token => MessengerError::Token,
        // No status: nobody was asked.
        green_api::ConfigError::Instance => MessengerError::Instance { status: 0 },
        other => MessengerError::Refused(other.to_string()),
    })
}

fn present(value: Option<SecretString>, name: SecretName) -> Result<SecretString, &'static str> {
    value.ok_or(name.as_str())
}

/// Answers every question about bookings with the reason why nobody can be asked.
struct NoBookings(BookingsError);

#[async_trait]
impl Bookings for NoBookings {
    async fn list(&self, _: CompanyId, _: &BookingQuery) -> Result<Listing, BookingsError> {
        Err(self.0.clone())
    }

    async fn get(&self, _: CompanyId, _: BookingId) -> Result<Lookup, BookingsError> {
        Err(self.0.clone())
    }

    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        Err(self.0.clone())
    }
}

/// The same for messages. Nothing is ever sent, and it says so.
struct NoMessenger {
    instance: String,
    error: MessengerError,
}

#[async_trait]
impl Messenger for NoMessenger {
    fn instance(&self) -> &str {
        &self.instance
    }

    async fn state(&self) -> Result<GatewayState, MessengerError> {
        Err(self.error.clone())
    }

    async fn check_number(&self, _: &str) -> Result<NumberCheck, MessengerError> {
        Err(self.error.clone())
    }

    async fn send(&self, _: &str, _: &str) -> SendOutcome {
        SendOutcome::NotSent { retry_after: None, error: self.error.clone() }
    }

    async fn receive(&self, wait: Duration) -> Result<Option<Pushed>, MessengerError> {
        // As patient as a gateway with nothing to say, or its asker would turn in circles.
        tokio::time::sleep(wait).await;
        Err(self.error.clone())
    }

    async fn acknowledge(&self, _: i64) -> Result<(), MessengerError> {
        Err(self.error.clone())
    }

    async fn delivery(&self, _: &str, _: &str) -> Result<Option<DeliveryStatus>, MessengerError> {
        Err(self.error.clone())
    }

    async fn queued(&self) -> Result<Vec<SentMessage>, MessengerError> {
        Err(self.error.clone())
    }

    async fn clear_queue(&self) -> Result<(), MessengerError> {
        Err(self.error.clone())
    }

    async fn journal(&self, _: &str) -> Result<Vec<SentMessage>, MessengerError> {
        Err(self.error.clone())
    }
}

/// Secrets that end with the process: the demo's.
#[derive(Default)]
pub(crate) struct SecretsInMemory(Mutex<HashMap<SecretName, SecretString>>);

#[async_trait]
impl Secrets for SecretsInMemory {
    async fn get(&self, name: SecretName) -> Result<Option<SecretString>, SecretsError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned())
    }

    async fn set(&self, name: SecretName, value: SecretString) -> Result<(), SecretsError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, value);
        Ok(())
    }

    async fn remove(&self, name: SecretName) -> Result<bool, SecretsError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&name).is_some())
    }
}

#[cfg(test)]
mod tests {
    use engine::clock::SystemClock;

    use super::*;
    use crate::worker::LogDesktop;

    async fn world(settings: &Settings, keys: Keys) -> World {
        let desktop = Arc::new(LogDesktop::new(settings.language));
        build(settings, &keys, Arc::new(SystemClock::new()), desktop).await
    }

    fn settings() -> Settings {
        let mut settings = Settings::default();
        settings.whatsapp.instance_id = "1103000001".to_owned();
        settings
    }

    #[tokio::test]
    async fn without_tokens_every_call_names_the_missing_one() {
        let none: Arc<dyn Secrets> = Arc::new(SecretsInMemory::default());
        let world = world(&settings(), Ok(none)).await;
        assert_eq!(world.waits_for, None);
        let asked = world.ports.bookings.branch(CompanyId(1)).await;
        assert_eq!(asked.unwrap_err(), BookingsError::SecretMissing("yclients.partner-token"));
        let sent = world.ports.messenger.send("+79161234567", "text").await;
        let error = MessengerError::SecretMissing("green-api.token");
        assert_eq!(sent, SendOutcome::NotSent { retry_after: None, error });
    }

    #[tokio::test]
    async fn the_account_has_its_name_before_its_token() {
        let secrets = SecretsInMemory::default();
        let none: Arc<dyn Secrets> = Arc::new(SecretsInMemory::default());
        let before = world(&settings(), Ok(none)).await;
        secrets.set(SecretName::GreenApiToken, "token".into()).await.unwrap();
        let after = world(&settings(), Ok(Arc::new(secrets) as Arc<dyn Secrets>)).await;
        assert_eq!(before.ports.messenger.instance(), "green-api:1103000001");
        assert_eq!(after.ports.messenger.instance(), before.ports.messenger.instance());
    }

    #[tokio::test]
    async fn a_locked_keyring_is_worth_another_try() {
        let world = world(&settings(), Err(SecretsError::Locked)).await;
        assert_eq!(world.waits_for, Some(SecretsError::Locked));
        let state = world.ports.messenger.state().await;
        assert_eq!(state.unwrap_err(), MessengerError::Secrets(SecretsError::Locked));
    }

    #[tokio::test]
    async fn a_token_that_cannot_be_sent_is_named() {
        let secrets = SecretsInMemory::default();
        secrets.set(SecretName::YclientsPartnerToken, "partner".into()).await.unwrap();
        secrets.set(SecretName::YclientsUserToken, "new\nline".into()).await.unwrap();
        let keys: Keys = Ok(Arc::new(secrets) as Arc<dyn Secrets>);
        let error = yclients(&settings(), &keys).await.unwrap_err();
        assert!(matches!(error, BookingsError::UserToken(_)), "{error}");
    }
}
