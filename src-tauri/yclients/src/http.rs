//! One request, one answer: headers, pace, a bound on the answer's size, and the
//! envelope every answer comes in.
//!
//! No retry, no redirect, no cookie, and no proxy but the one that was set: what is
//! asked goes to its server, once.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::clock::{Question, TimeSource, Witness, is_sensible};
use engine::error::BookingsError;
use engine::settings::Proxy;
use reqwest::header::{ACCEPT, AGE, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, RequestBuilder, Response, StatusCode, Url};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};

use crate::address::{self, ConfigError, Flavour};
use crate::errors;
use crate::pace::{Lane, Pace};
use crate::wire::{Envelope, is_own_refusal, message_of, text_of};

/// A page of 200 bookings is under a megabyte; more than this is no listing.
/// Counted after decompression, so a small answer cannot unfold without end.
const LARGEST_ANSWER: usize = 8 << 20;
/// Of a refusal only its message is read.
const LARGEST_REFUSAL: usize = 64 << 10;

/// How to reach the server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Such as `https://api.yclients.com/api/v1`.
    pub base_url: String,
    /// Whose dialect; None: by the host's name.
    pub flavour: Option<Flavour>,
    /// The least time between the starts of two requests.
    pub request_gap: Duration,
    /// A root certificate to trust besides the system's, in PEM. The Russian
    /// national root is not in every system's store.
    pub extra_root: Option<Vec<u8>>,
    /// Name, connection and TLS together.
    pub connect_timeout: Duration,
    /// The whole request, to the answer's last byte.
    pub request_timeout: Duration,
    /// The way to the server. To this computer itself there is never one round.
    pub proxy: Proxy,
    /// Told what the server's clock shows, by every answer.
    pub witness: Option<Arc<dyn Witness>>,
}

impl Config {
    /// The usual times: a second's gap, 10 s to connect, 30 s in all.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            flavour: None,
            request_gap: Duration::from_secs(1),
            extra_root: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            proxy: Proxy::None,
            witness: None,
        }
    }
}

/// An answer of any status, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The server's clock.
    pub(crate) date: Option<DateTime<Utc>>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: String,
}

/// The connection to one server with one authorisation.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: Url,
    accept: HeaderValue,
    authorization: HeaderValue,
    /// Only to strike them from texts, should a server ever repeat them.
    secrets: Vec<SecretString>,
    pace: Arc<Pace>,
    witness: Option<Arc<dyn Witness>>,
    /// What answers in the server's place.
    #[cfg(any(test, fuzzing))]
    pub(crate) canned: Option<crate::fuzzing::Canned>,
}

impl Http {
    /// `secrets[0]` is the partner's token, `secrets[1]`, where there is one, the user's.
    pub(crate) fn new(config: &Config, secrets: Vec<SecretString>) -> Result<Self, ConfigError> {
        let base = address::parse(&config.base_url)?;
        let accept = config.flavour.unwrap_or_else(|| Flavour::of(&base)).accept();
        let authorization = authorization(&secrets)?;

        // reqwest comes without a TLS provider of its own. Whoever installs one
        // first wins; a second call is refused, and that is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .gzip(true)
            .user_agent(concat!("booking-monitor/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.connect_timeout)
            .timeout(config.request_timeout);
        builder = match config.proxy.to(&config.base_url) {
            Proxy::System => builder,
            Proxy::None => builder.no_proxy(),
            Proxy::At(address) => {
                builder.no_proxy().proxy(reqwest::Proxy::all(address).map_err(|_| ConfigError::Proxy)?)
            }
        };
        if let Some(pem) = &config.extra_root {
            builder = builder.tls_certs_merge(roots(pem)?);
        }
        let client =
            builder.build().map_err(|error| ConfigError::Tls(errors::causes(&error.without_url())))?;
        Ok(Self {
            client,
            base,
            accept,
            authorization,
            secrets,
            pace: Pace::new(config.request_gap),
            witness: config.witness.clone(),
            #[cfg(any(test, fuzzing))]
            canned: None,
        })
    }

    pub(crate) fn set_pace(&mut self, pace: Arc<Pace>) {
        self.pace = pace;
    }

    pub(crate) fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    pub(crate) async fn get(
        &self,
        lane: Lane,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Answer, BookingsError> {
        let request = self.client.get(address::join(&self.base, path)).query(query);
        self.send(lane, request).await
    }

    pub(crate) async fn post(
        &self,
        path: &[&str],
        body: &serde_json::Value,
    ) -> Result<Answer, BookingsError> {
        let request = self.client.post(address::join(&self.base, path)).json(body);
        self.send(Lane::Ordinary, request).await
    }

    async fn send(&self, lane: Lane, request: RequestBuilder) -> Result<Answer, BookingsError> {
        self.pace.turn(lane).await;
        let request = request
            .header(ACCEPT, &self.accept)
            .header(AUTHORIZATION, &self.authorization)
            .header(CONTENT_TYPE, "application/json");
        let question = Question::asked(self.witness.as_deref(), TimeSource::YClients);
        let response = self.exchange(request).await?;
        question.answered(date(response.headers()), response.headers().contains_key(AGE));
        let answer = read(response).await?;
        if answer.is_rate_limit() {
            // Not this branch alone: the server counts by address.
            self.pace.hold(answer.asked_pause().unwrap_or(Duration::from_secs(1)));
        }
        tracing::debug!(status = answer.status.as_u16(), bytes = answer.body.len(), "YClients answered");
        Ok(answer)
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Response, BookingsError> {
        #[cfg(any(test, fuzzing))]
        if let Some(canned) = &self.canned {
            return Ok(canned.next());
        }
        request.send().await.map_err(errors::no_answer)
    }

    /// The envelope of a successful answer; every other answer is an error.
    pub(crate) fn open<'a>(&self, answer: &'a Answer) -> Result<Envelope<'a>, BookingsError> {
        self.open_without(answer, None)
    }

    /// The same; `secret` too is struck from what the server says.
    pub(crate) fn open_without<'a>(
        &self,
        answer: &'a Answer,
        secret: Option<&SecretString>,
    ) -> Result<Envelope<'a>, BookingsError> {
        if answer.is_rate_limit() {
            return Err(BookingsError::RateLimited { retry_after: answer.asked_pause() });
        }
        if !answer.status.is_success() {
            let is_own = is_own_refusal(&answer.body);
            let message = self.message(answer, secret);
            return Err(errors::refusal(answer.status, message, answer.retry_after, is_own));
        }
        let envelope = Envelope::parse(&answer.body).map_err(BookingsError::Unreadable)?;
        if envelope.success == Some(false) {
            return Err(BookingsError::Refused(self.message(answer, secret)));
        }
        Ok(envelope)
    }

    /// What the server says about a refusal, fit to be shown.
    fn message(&self, answer: &Answer, secret: Option<&SecretString>) -> String {
        let mut message = message_of(&answer.body)
            .filter(|message| !message.trim().is_empty())
            .unwrap_or_else(|| format!("HTTP {}", answer.status.as_u16()));
        for secret in self.secrets.iter().chain(secret) {
            let secret = secret.expose_secret().trim();
            if !secret.is_empty() {
                message = message.replace(secret, "…");
            }
        }
        errors::quotable(&message)
    }
}

impl Answer {
    /// The text may be a value in a good answer too (a comment); there it says nothing.
    fn is_rate_limit(&self) -> bool {
        let may_speak = !self.status.is_success()
            || self.body.len() < LARGEST_REFUSAL
                && Envelope::parse(&self.body).is_ok_and(|envelope| envelope.success == Some(false));
        may_speak && errors::is_rate_limit(self.status, &self.words())
    }

    fn asked_pause(&self) -> Option<Duration> {
        errors::asked_pause(self.retry_after, &self.words())
    }

    /// What it says: the message of JSON, where letters may stand as escapes, else all of it.
    fn words(&self) -> Cow<'_, str> {
        message_of(&self.body).map_or(Cow::Borrowed(self.body.as_str()), Cow::Owned)
    }
}

/// `Bearer <partner>, User <user>`, marked so that it prints nowhere. Tokens have
/// no fixed shape, so only what no header can carry is refused.
fn authorization(secrets: &[SecretString]) -> Result<HeaderValue, ConfigError> {
    let mut text = String::new();
    for (secret, scheme) in secrets.iter().zip(["Bearer ", ", User "]) {
        let token = secret.expose_secret().trim();
        if token.is_empty() {
            return Err(ConfigError::Token);
        }
        text.push_str(scheme);
        text.push_str(token);
    }
    let mut value = HeaderValue::from_str(&text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Every certificate of a PEM file, tried on a store first: the system's verifier
/// would pass over one that it cannot read and say nothing.
fn roots(pem: &[u8]) -> Result<Vec<Certificate>, ConfigError> {
    let unreadable = |error: &dyn std::error::Error| ConfigError::Certificate(errors::causes(error));
    let mut roots = Vec::new();
    for der in CertificateDer::pem_slice_iter(pem) {
        let der = der.map_err(|error| unreadable(&error))?;
        RootCertStore::empty().add(der.clone()).map_err(|error| unreadable(&error))?;
        roots.push(Certificate::from_der(&der).map_err(|error| unreadable(&error))?);
    }
    if roots.is_empty() {
        return Err(ConfigError::Certificate("there is no certificate in it".into()));
    }
    Ok(roots)
}

async fn read(mut response: Response) -> Result<Answer, BookingsError> {
    let status = response.status();
    let date = date(response.headers());
    let retry_after = header(response.headers(), RETRY_AFTER.as_str()).and_then(|text| pause(text, date));

    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => break,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            // A refusal is known by its status; its message may be lost.
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(errors::broken_off(error)),
        }
        if !status.is_success() && body.len() > LARGEST_REFUSAL {
            break;
        }
        if body.len() > LARGEST_ANSWER {
            return Err(BookingsError::Unreadable(format!("it is larger than {} MB", LARGEST_ANSWER >> 20)));
        }
    }
    Ok(Answer { status, date, retry_after, body: text_of(body) })
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The server's clock.
fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    header(headers, DATE.as_str()).and_then(http_date)
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc()).filter(is_sensible)
}

/// `Retry-After` in seconds, or as a date, which is measured by the server's own
/// clock: the computer's may be off by hours.
fn pause(text: &str, date: Option<DateTime<Utc>>) -> Option<Duration> {
    match text.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => (http_date(text)? - date?).to_std().ok(),
    }
}
