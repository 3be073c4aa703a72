//! Makes the world the desk works with from settings and secrets.
//!
//! What cannot be made, for want of a token or of the keyring itself, becomes a
//! port that answers every call with the reason. So the desk runs, shows what is
//! missing, and needs no second kind of "not set up yet".

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use engine::clock::Witness;
use engine::desk::{Place, Ports};
use engine::ports::{
    Bookings, BookingsError, Clock, Desktop, Marks, Messenger, MessengerError, SecretName, Secrets,
    SecretsError,
};
use engine::settings::{Gateway, Settings};
use engine::shut::{NoBookings, NoMessenger};
use messaging::green_api::{self, GreenApi};
use secrecy::SecretString;

use crate::machine;

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
    witness: Arc<dyn Witness>,
    desktop: Arc<dyn Desktop>,
    dir: &Path,
) -> World {
    let mut waits_for = None;
    let bookings: Arc<dyn Bookings> = match yclients(settings, keys, Some(Arc::clone(&witness))).await {
        Ok(client) => Arc::new(client),
        Err(error) => {
            if let BookingsError::Secrets(why) = &error {
                waits_for = Some(why.clone());
            }
            Arc::new(NoBookings(error))
        }
    };
    let messenger: Arc<dyn Messenger> = match gateway(settings, keys, Some(witness)).await {
        Ok(gateway) => Arc::new(gateway),
        Err(error) => {
            if let MessengerError::Secrets(why) = &error {
                waits_for = Some(why.clone());
            }
            Arc::new(NoMessenger { instance: instance(settings), error })
        }
    };
    let place = place(keys, dir);
    World { ports: Ports { bookings, messenger, clock, desktop, place }, waits_for }
}

/// What the keyring remembers of the database in this directory, on this computer.
pub(crate) fn place(keys: &Keys, dir: &Path) -> Place {
    let marks: Arc<dyn Marks> = match keys {
        Ok(secrets) => Arc::<dyn Secrets>::clone(secrets),
        Err(error) => Arc::new(NoMarks(error.clone())),
    };
    // However the directory was named, it is one.
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    Place::new(marks, &dir, machine::id().as_deref())
}

/// The client of YClients, or why there is none.
pub(crate) async fn yclients(
    settings: &Settings,
    keys: &Keys,
    witness: Option<Arc<dyn Witness>>,
) -> Result<yclients::Client, BookingsError> {
    let secrets = keys.as_ref().map_err(Clone::clone)?;
    let partner =
        present(secrets.get(SecretName::YclientsPartnerToken).await?, SecretName::YclientsPartnerToken)
            .map_err(BookingsError::SecretMissing)?;
    let user = present(secrets.get(SecretName::YclientsUserToken).await?, SecretName::YclientsUserToken)
        .map_err(BookingsError::SecretMissing)?;
    let config = yclients::Config {
        request_gap: settings.yclients.request_gap,
        proxy: settings.proxy.clone(),
        witness,
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
pub(crate) async fn gateway(
    settings: &Settings,
    keys: &Keys,
    witness: Option<Arc<dyn Witness>>,
) -> Result<GreenApi, MessengerError> {
    let secrets = keys.as_ref().map_err(Clone::clone)?;
    let token = present(secrets.get(SecretName::GreenApiToken).await?, SecretName::GreenApiToken)
        .map_err(MessengerError::SecretMissing)?;
    let whatsapp = &settings.whatsapp;
    let config = green_api::Config {
        proxy: settings.gateway_proxy().clone(),
        witness,
        ..green_api::Config::new(whatsapp.base_url.clone(), whatsapp.instance_id.clone())
    };
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

/// A keyring that cannot be opened remembers nothing.
struct NoMarks(SecretsError);

#[async_trait]
impl Marks for NoMarks {
    async fn mark(&self, _: &str) -> Result<Option<String>, SecretsError> {
        Err(self.0.clone())
    }

    async fn set_mark(&self, _: &str, _: &str) -> Result<(), SecretsError> {
        Err(self.0.clone())
    }

    async fn remove_mark(&self, _: &str) -> Result<bool, SecretsError> {
        Err(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use engine::booking::CompanyId;
    use engine::clock::{Heard, SystemClock};
    use engine::ports::{Permit, SecretsInMemory, SendOutcome};

    use super::*;
    use crate::worker::LogDesktop;

    async fn world(settings: &Settings, keys: Keys) -> World {
        let desktop = Arc::new(LogDesktop::new(settings.language));
        let computer: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let witness = Arc::new(Heard::new(Arc::clone(&computer)));
        build(settings, &keys, computer, witness, desktop, Path::new("/data")).await
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
        let sent = world.ports.messenger.send("+79161234567", "text", &Permit::endless()).await;
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
        let error = yclients(&settings(), &keys, None).await.unwrap_err();
        assert!(matches!(error, BookingsError::UserToken(_)), "{error}");
    }
}
