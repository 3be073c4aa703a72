//! The gateway: its token tried, its state, the QR code that links a phone, and its own queue.

use engine::db::StorageError;
use engine::gateway_queue::{self, ClearError};
use engine::outbox::Actor;
use engine::ports::{GatewayState, Messenger as _, MessengerError, SecretName};
use engine::settings::{Language, Settings};
use engine::shop_mark::AccountMark;
use messaging::green_api::{self, GreenApi, Marked, Qr};
use secrecy::{ExposeSecret as _, SecretString};

use super::setup::keys;
use super::{Answer, in_time};
use crate::contract::{ErrorCode, Failure, GatewayCheck, QrAnswer};
use crate::session::Session;
use crate::words;

/// Whether the instance accepts the token.
pub(super) async fn tried(settings: &Settings, token: SecretString) -> Answer<()> {
    let language = settings.language;
    let rejected =
        |error: &dyn ToString| Failure::of(ErrorCode::SecretRejected, language).detail(error.to_string());
    match gateway_with(settings, token)?.state().await {
        Err(error @ (MessengerError::Token | MessengerError::Instance { .. })) => Err(rejected(&error)),
        // What only an instance that knows its token says.
        Ok(_)
        | Err(
            MessengerError::Starting
            | MessengerError::NotAuthorised
            | MessengerError::Expired(_)
            | MessengerError::Suspended
            | MessengerError::RateLimited { .. }
            | MessengerError::Quota,
        ) => Ok(()),
        Err(error) => Err(Failure::gateway(&error, language)),
    }
}

fn gateway_with(settings: &Settings, token: SecretString) -> Answer<GreenApi> {
    let language = settings.language;
    let whatsapp = &settings.whatsapp;
    if whatsapp.instance_id.trim().is_empty() {
        return Err(Failure::of(ErrorCode::NotSetUp, language).field("instance_id"));
    }
    let config = green_api::Config {
        proxy: settings.gateway_proxy().clone(),
        ..green_api::Config::new(whatsapp.base_url.clone(), whatsapp.instance_id.clone())
    };
    GreenApi::new(&config, token).map_err(|error| match error {
        green_api::ConfigError::Token => Failure::of(ErrorCode::SecretRejected, language).detail(error),
        green_api::ConfigError::Instance => {
            Failure::of(ErrorCode::Settings, language).field("instance_id").detail(error)
        }
        other => Failure::of(ErrorCode::Settings, language).field("whatsapp_base_url").detail(other),
    })
}

async fn gateway(session: &Session, settings: &Settings) -> Answer<GreenApi> {
    let token = keys(session).await?.get(SecretName::GreenApiToken).await;
    let missing = MessengerError::SecretMissing(SecretName::GreenApiToken.as_str());
    let token = token
        .map_err(|error| Failure::secrets(&error, settings.language))?
        .ok_or_else(|| Failure::gateway(&missing, settings.language))?;
    gateway_with(settings, token)
}

/// A word of ours for the account's state.
fn state_word(state: &GatewayState) -> &str {
    match state {
        GatewayState::Authorised => "authorised",
        GatewayState::NotAuthorised => "not_authorised",
        GatewayState::Starting => "starting",
        GatewayState::SleepMode => "sleep_mode",
        GatewayState::YellowCard => "yellow_card",
        GatewayState::Blocked => "blocked",
        GatewayState::Suspended => "suspended",
        GatewayState::Unknown(word) => word,
    }
}

/// State, own number, and what of the instance's settings is not as it must be.
pub async fn gateway_check(session: &Session) -> Answer<GatewayCheck> {
    let settings = session.settings();
    let gateway = gateway(session, &settings).await?;
    in_time(session, ErrorCode::Gateway, look(session, &gateway, settings.language)).await
}

async fn look(session: &Session, gateway: &GreenApi, language: Language) -> Answer<GatewayCheck> {
    let failed = |error| Failure::gateway(&error, language);
    let state = gateway.state().await.map_err(failed)?;
    // While it starts it has no settings to tell.
    let found = match gateway.settings().await {
        Ok(found) => found,
        Err(MessengerError::Starting | MessengerError::NotAuthorised) => green_api::Settings::default(),
        Err(error) => return Err(failed(error)),
    };
    let notes = words::account_notes(&found, language);
    let (phone, missing) = (found.phone, found.missing);
    let word = state_word(&state).to_owned();
    let another = another(session, gateway).await.map_err(|error| Failure::storage(&error, language))?;
    Ok(GatewayCheck {
        what: words::gateway_state(&word, language),
        ready: state == GatewayState::Authorised
            && found.other_channel.is_empty()
            && missing.iter().all(|setting| !setting.is_needed()),
        notes,
        state: word,
        phone: engine::phone::shown(&phone),
        missing: missing
            .into_iter()
            .map(|setting| words::missing_setting(setting, language).to_owned())
            .collect(),
        another: if another { words::another_monitor(language) } else { String::new() },
    })
}

/// Whether another Booking Monitor writes for the shop. What the account's mark shows holds for the
/// desk too: it is told at the set-up, before anything is sent.
async fn another(session: &Session, gateway: &GreenApi) -> Result<bool, StorageError> {
    // A hint that cannot be read is none.
    let text = gateway.shop_mark().await.ok().flatten().unwrap_or_default();
    if let Some(mark) = session.outbox.other_shop(&text)? {
        session.outbox.another_s_mark(&mark, session.now())?;
    }
    Ok(session.outbox.desk()?.rival.is_some())
}

/// A person says that this installation alone writes for the shop. The word holds here whatever the
/// gateway makes of it; where it can, the account is marked.
pub async fn take_over(session: &Session) -> Answer<()> {
    let settings = session.settings();
    let stored = |error: &StorageError| Failure::storage(error, settings.language);
    let shop = session.outbox.shop_or_new().map_err(|error| stored(&error))?;
    let desk = session.outbox.desk().map_err(|error| stored(&error))?;
    let mut mark = desk.rival.map(|rival| rival.mark).unwrap_or_default();
    if let Ok(gateway) = gateway(session, &settings).await {
        let marked = in_time(session, ErrorCode::Gateway, async {
            gateway.take_for(&shop).await.map_err(|error| Failure::gateway(&error, settings.language))
        });
        if let Ok(Marked { found: AccountMark::Another(id), .. }) = marked.await {
            mark = id;
        }
    }
    let actor = Actor::Person(session.person_name().to_owned());
    session.outbox.take_over(&mark, &actor, session.now()).map_err(|error| stored(&error))
}

/// Sets what must be set; the instance restarts, for up to five minutes.
pub async fn gateway_mend(session: &Session) -> Answer<GatewayCheck> {
    let settings = session.settings();
    let language = settings.language;
    let gateway = gateway(session, &settings).await?;
    in_time(session, ErrorCode::Gateway, async {
        let shop = session.outbox.shop_or_new().map_err(|error| Failure::storage(&error, language))?;
        let applied = gateway.apply_settings_for(&shop, false).await;
        applied.map_err(|error| Failure::gateway(&error, language))?;
        look(session, &gateway, language).await
    })
    .await
}

/// The code to link the shop's phone with. What still lies in the instance's queue would leave from
/// the newly linked number at once: it goes first.
pub async fn gateway_qr(session: &Session) -> Answer<QrAnswer> {
    let settings = session.settings();
    let language = settings.language;
    let gateway = gateway(session, &settings).await?;
    let failed = |error| Failure::gateway(&error, language);
    in_time(session, ErrorCode::Gateway, async {
        let lying = gateway.queued().await.map_err(failed)?.len();
        if lying > 0 {
            return Err(failed(MessengerError::QueueLeft(lying)));
        }
        match gateway.qr().await.map_err(failed)? {
            Qr::Code(png) => Ok(QrAnswer::Code { png: png.expose_secret().to_owned() }),
            Qr::AlreadyLinked => Ok(QrAnswer::Linked),
            Qr::NotYet(message) => Ok(QrAnswer::NotYet { message }),
        }
    })
    .await
}

/// Throws away what lies in the instance's queue; how many messages there were.
pub async fn gateway_clear(session: &Session) -> Answer<usize> {
    let settings = session.settings();
    let language = settings.language;
    let gateway = gateway(session, &settings).await?;
    let actor = Actor::Person(session.person_name().to_owned());
    in_time(session, ErrorCode::Gateway, async {
        let cleared = gateway_queue::clear(&session.outbox, &gateway, &actor, session.clock()).await;
        let cleared = cleared.map_err(|error| match error {
            ClearError::Messenger(error) => Failure::gateway(&error, language),
            ClearError::Storage(error) => Failure::storage(&error, language),
            ClearError::OnItsWay => Failure::of(ErrorCode::NotNow, language).detail(error),
        })?;
        match cleared.left {
            0 => Ok(cleared.messages),
            left => Err(Failure::gateway(&MessengerError::QueueLeft(left), language)),
        }
    })
    .await
}

/// The commands.
pub mod command {
    use super::super::Here;
    use super::{Answer, GatewayCheck, QrAnswer};

    #[tauri::command(rename_all = "snake_case")]
    pub async fn gateway_check(here: Here<'_>) -> Answer<GatewayCheck> {
        super::gateway_check(&here).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn gateway_mend(here: Here<'_>) -> Answer<GatewayCheck> {
        super::gateway_mend(&here).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn take_over(here: Here<'_>) -> Answer<()> {
        super::take_over(&here).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn gateway_qr(here: Here<'_>) -> Answer<QrAnswer> {
        super::gateway_qr(&here).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn gateway_clear(here: Here<'_>) -> Answer<usize> {
        super::gateway_clear(&here).await
    }
}
