//! The set-up: credentials tried before they are stored, branches, users, rights,
//! the gateway and its QR code.
//!
//! A secret goes in and never comes out again. What a service does not accept is
//! not stored, and the old one stays.

use std::sync::Arc;

use engine::booking::CompanyId;
use engine::outbox::RequestKind;
use engine::ports::{BookingsError, SecretName, Secrets as Keys};
use engine::settings::Settings;
use secrecy::{ExposeSecret as _, SecretString};
use yclients::{Auth, LoginStep};

use super::training::not_in_training;
use super::{Answer, gateway, in_time};
use crate::contract::{
    BranchOffer, ErrorCode, Failure, LoginAnswer, LoginCode, MissingRight, Secrets, Stored, UserOffer,
};
use crate::session::Session;
use crate::words;

pub(super) async fn keys(session: &Session) -> Answer<Arc<dyn Keys>> {
    session.vault.open().await.map_err(|error| Failure::secrets(&error, session.language()))
}

/// What is stored, by name. Where the keyring does not work, why.
pub async fn secrets(session: &Session) -> Answer<Secrets> {
    let language = session.language();
    let told = |error: &engine::ports::SecretsError| {
        let words = engine::words::fault(error.code(), language);
        format!("{} {} {}", words.what, words.means, words.do_next)
    };
    let opened = match session.vault.open().await {
        Ok(opened) => opened,
        Err(error) => return Ok(Secrets { trouble: told(&error), ..Secrets::default() }),
    };
    let mut found = [false; 3];
    for (place, name) in found.iter_mut().zip(SecretName::ALL) {
        match opened.get(name).await {
            Ok(value) => *place = value.is_some(),
            Err(error) => return Ok(Secrets { trouble: told(&error), ..Secrets::default() }),
        }
    }
    let [yclients_partner_token, yclients_user_token, green_api_token] = found;
    let stored = Stored { yclients_partner_token, yclients_user_token, green_api_token };
    Ok(Secrets { stored, trouble: String::new() })
}

/// Tries a secret against its service and stores it when that accepts it.
pub async fn secret_set(session: &Session, name: SecretName, value: SecretString) -> Answer<Secrets> {
    let settings = session.settings();
    let language = settings.language;
    if session.training.is_some() {
        return Err(not_in_training(language).field(name.as_str()));
    }
    let value: SecretString = value.expose_secret().trim().into();
    if value.expose_secret().is_empty() {
        return Err(Failure::of(ErrorCode::SecretRejected, language)
            .field(name.as_str())
            .detail("it is empty"));
    }
    let keys = keys(session).await?;
    let code = if name == SecretName::GreenApiToken { ErrorCode::Gateway } else { ErrorCode::Yclients };
    let tried = in_time(session, code, async {
        match name {
            SecretName::GreenApiToken => gateway::tried(&settings, value.clone()).await,
            _ => try_yclients(&settings, name, value.clone(), keys.as_ref()).await,
        }
    });
    tried.await.map_err(|failure| match failure.field.as_str() {
        "" => failure.field(name.as_str()),
        _ => failure,
    })?;
    store(session, keys.as_ref(), name, value).await?;
    secrets(session).await
}

/// Keeps a secret that was accepted, and asks the owner to take it.
async fn store(session: &Session, keys: &dyn Keys, name: SecretName, value: SecretString) -> Answer<()> {
    let language = session.language();
    keys.set(name, value).await.map_err(|error| Failure::secrets(&error, language).field(name.as_str()))?;
    tell_owner(session)
}

fn tell_owner(session: &Session) -> Answer<()> {
    let asked = session.outbox.ask(RequestKind::SecretChanged, "", session.now());
    asked.map(drop).map_err(|error| Failure::storage(&error, session.language()))
}

async fn try_yclients(
    settings: &Settings,
    name: SecretName,
    value: SecretString,
    keys: &dyn Keys,
) -> Answer<()> {
    let language = settings.language;
    let rejected = |detail: String| Failure::of(ErrorCode::SecretRejected, language).detail(detail);
    let unusable = |error: yclients::ConfigError| match error {
        yclients::ConfigError::Token => rejected(error.to_string()),
        other => Failure::of(ErrorCode::Settings, language).field("yclients_base_url").detail(other),
    };
    let asked = if name == SecretName::YclientsPartnerToken {
        Auth::new(&config(settings), value).map_err(unusable)?.try_partner().await
    } else {
        let partner = keys.get(SecretName::YclientsPartnerToken).await;
        let missing = BookingsError::SecretMissing(SecretName::YclientsPartnerToken.as_str());
        let partner = partner
            .map_err(|error| Failure::secrets(&error, language))?
            .ok_or_else(|| Failure::yclients(&missing, language))?;
        let client = yclients::Client::new(&config(settings), partner, value).map_err(unusable)?;
        client.companies().await.map(drop)
    };
    match asked {
        // Refused for want of a right: the server knows who asks.
        Ok(()) | Err(BookingsError::Rights(_)) => Ok(()),
        Err(error @ (BookingsError::PartnerToken(_) | BookingsError::UserToken(_))) => {
            Err(rejected(error.to_string()))
        }
        Err(error) => Err(Failure::yclients(&error, language)),
    }
}

pub async fn secret_remove(session: &Session, name: SecretName) -> Answer<Secrets> {
    let language = session.language();
    if session.training.is_some() {
        return Err(not_in_training(language).field(name.as_str()));
    }
    let removed = keys(session).await?.remove(name).await;
    if removed.map_err(|error| Failure::secrets(&error, language).field(name.as_str()))? {
        tell_owner(session)?;
    }
    secrets(session).await
}

fn config(settings: &Settings) -> yclients::Config {
    yclients::Config {
        request_gap: settings.yclients.request_gap,
        proxy: settings.proxy.clone(),
        ..yclients::Config::new(settings.yclients.base_url.clone())
    }
}

/// Signs in as a user to obtain the user's token, which is stored at once. The password is used for
/// one request and kept nowhere.
pub async fn yclients_login(
    session: &Session,
    login: &str,
    password: SecretString,
    code: Option<LoginCode>,
) -> Answer<LoginAnswer> {
    let settings = session.settings();
    let language = settings.language;
    if session.training.is_some() {
        return Err(not_in_training(language));
    }
    let keys = keys(session).await?;
    let partner = keys.get(SecretName::YclientsPartnerToken).await;
    let missing = BookingsError::SecretMissing(SecretName::YclientsPartnerToken.as_str());
    let partner = partner
        .map_err(|error| Failure::secrets(&error, language))?
        .ok_or_else(|| Failure::yclients(&missing, language))?;
    let auth = Auth::new(&config(&settings), partner).map_err(|error| {
        Failure::of(ErrorCode::Settings, language).field("yclients_base_url").detail(error)
    })?;
    let step = in_time(session, ErrorCode::Yclients, async {
        let step = match &code {
            Some(code) => auth.login_with_code(login, &password, &code.uuid, &code.secret).await,
            None => auth.login(login, &password).await,
        };
        step.map_err(|error| match (&error, &code) {
            (BookingsError::Refused(_), Some(_)) => {
                Failure::of(ErrorCode::SecondFactor, language).field("code").detail(&error)
            }
            (BookingsError::Refused(_), None) => {
                Failure::of(ErrorCode::SecretRejected, language).field("password").detail(&error)
            }
            _ => Failure::yclients(&error, language),
        })
    });
    match step.await? {
        LoginStep::Token(token) => {
            store(session, keys.as_ref(), SecretName::YclientsUserToken, token).await?;
            Ok(LoginAnswer::Done)
        }
        // Asked for a code once more: the one that was given did not do.
        LoginStep::SecondFactor { attempts_left, .. } if code.is_some() => {
            Err(Failure::of(ErrorCode::SecondFactor, language)
                .field("code")
                .detail(attempts_left.map_or_else(String::new, |left| format!("attempts left: {left}"))))
        }
        LoginStep::SecondFactor { uuid, recipient, attempts_left, ttl } => {
            Ok(LoginAnswer::Code { uuid, recipient, attempts_left, ttl_s: ttl.map(|ttl| ttl.as_secs()) })
        }
    }
}

async fn client(session: &Session, settings: &Settings) -> Answer<yclients::Client> {
    let language = settings.language;
    let keys = keys(session).await?;
    let mut tokens = Vec::new();
    for name in [SecretName::YclientsPartnerToken, SecretName::YclientsUserToken] {
        let token = keys.get(name).await.map_err(|error| Failure::secrets(&error, language))?;
        let missing = BookingsError::SecretMissing(name.as_str());
        tokens.push(token.ok_or_else(|| Failure::yclients(&missing, language))?);
    }
    let (Some(user), Some(partner)) = (tokens.pop(), tokens.pop()) else {
        return Err(Failure::of(ErrorCode::NotSetUp, language));
    };
    yclients::Client::new(&config(settings), partner, user)
        .map_err(|error| Failure::of(ErrorCode::Yclients, language).detail(error))
}

/// The branches that the user may manage.
pub async fn yclients_branches(session: &Session) -> Answer<Vec<BranchOffer>> {
    let settings = session.settings();
    let language = settings.language;
    let client = client(session, &settings).await?;
    let companies = in_time(session, ErrorCode::Yclients, async {
        client.companies().await.map_err(|error| Failure::yclients(&error, language))
    });
    let offer = |company: yclients::Company| {
        session.call_branch(company.id.0, &company.facts.title);
        BranchOffer {
            company_id: company.id.0,
            chosen: settings.for_branch(company.id).is_some(),
            title: company.facts.title,
            address: company.facts.address,
            active: company.active,
        }
    };
    Ok(companies.await?.into_iter().map(offer).collect())
}

/// The users of a branch, of whom some may be the bot's. Their names are kept for the rows.
pub async fn yclients_users(session: &Session, company: i64) -> Answer<Vec<UserOffer>> {
    let settings = session.settings();
    let language = settings.language;
    let company = CompanyId(company);
    let client = client(session, &settings).await?;
    let users = in_time(session, ErrorCode::Yclients, async {
        client.users(company).await.map_err(|error| Failure::yclients(&error, language))
    });
    let users = users.await?;
    let names: Vec<_> = users
        .iter()
        .filter(|user| !user.name.trim().is_empty())
        .map(|user| (user.id, user.name.clone()))
        .collect();
    let kept = session.outbox.name_users(company, &names);
    kept.map_err(|error| Failure::storage(&error, language))?;
    let bots =
        settings.for_branch(company).map(|policy| policy.integration_user_ids.to_vec()).unwrap_or_default();
    let offer =
        |user: yclients::User| UserOffer { bot: bots.contains(&user.id), id: user.id, name: user.name };
    Ok(users.into_iter().map(offer).collect())
}

/// Rights without which bookings or phones are missed.
pub async fn yclients_rights(session: &Session, company: i64) -> Answer<Vec<MissingRight>> {
    let settings = session.settings();
    let language = settings.language;
    let client = client(session, &settings).await?;
    let permissions = in_time(session, ErrorCode::Yclients, async {
        client.permissions(CompanyId(company)).await.map_err(|error| Failure::yclients(&error, language))
    });
    let told = |right| {
        let (code, message) = words::missing_right(right, language);
        MissingRight { code: code.to_owned(), message }
    };
    Ok(permissions.await?.missing().into_iter().map(told).collect())
}

/// The commands.
pub mod command {
    use super::super::Here;
    use super::{Answer, BranchOffer, LoginAnswer, LoginCode, MissingRight, Secrets, UserOffer};
    use crate::contract::SecretName;

    #[tauri::command(rename_all = "snake_case")]
    pub async fn secrets(here: Here<'_>) -> Answer<Secrets> {
        super::secrets(&here).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn secret_set(here: Here<'_>, name: SecretName, value: String) -> Answer<Secrets> {
        super::secret_set(&here, name.into(), value.into()).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn secret_remove(here: Here<'_>, name: SecretName) -> Answer<Secrets> {
        super::secret_remove(&here, name.into()).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn yclients_login(
        here: Here<'_>,
        login: String,
        password: String,
        code: Option<LoginCode>,
    ) -> Answer<LoginAnswer> {
        super::yclients_login(&here, login.trim(), password.into(), code).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn yclients_branches(here: Here<'_>) -> Answer<Vec<BranchOffer>> {
        super::yclients_branches(&here).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn yclients_users(here: Here<'_>, company_id: i64) -> Answer<Vec<UserOffer>> {
        super::yclients_users(&here, company_id).await
    }

    #[tauri::command(rename_all = "snake_case")]
    pub async fn yclients_rights(here: Here<'_>, company_id: i64) -> Answer<Vec<MissingRight>> {
        super::yclients_rights(&here, company_id).await
    }
}
