//! One request, one reply, and the one question that matters: can the request
//! have been written?
//!
//! reqwest says [`is_connect`](reqwest::Error::is_connect) for everything that
//! happens until the connection stands: name, TCP, TLS, and the connect time-out,
//! which spans all three, and for a refusal of [`first_byte`](super::first_byte).
//! hyper hands a request to a connection only after that.
//! The time-out of the whole request is another matter and never says
//! `is_connect`, which is why it is always set longer than the connect time-out.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::clock::{Question, TimeSource, Witness, is_sensible};
use engine::error::MessengerError;
use engine::ports::Permit;
use engine::settings::Proxy;
use reqwest::header::{AGE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::address::{self, Config, ConfigError};
use super::first_byte::{self, OnlyWithPermit, TooLate};
use super::method::{Gaps, Method};
use super::refusal;

/// The longest queue (500 messages of 20 000 characters, two bytes each) is not longer.
const LARGEST_REPLY: usize = 24 << 20;

/// A message's connection stands by then, or nothing is written: it was claimed
/// for now, and what stands in its way is tried again soon.
const MESSAGE_CONNECTS_WITHIN: Duration = Duration::from_secs(4);

/// The way to one instance.
pub(super) struct Http {
    /// Keeps its connections, for look-ups.
    kept: Client,
    /// Keeps none: a request on a connection that the gateway has closed
    /// meanwhile may have been written or not, and nobody could tell. It is made
    /// once all the same: reading the computer's root certificates takes a while.
    fresh: Client,
    address: Url,
    token: SecretString,
    pub(super) gaps: Gaps,
    connect_timeout: Duration,
    message_connect_timeout: Duration,
    request_timeout: Duration,
    witness: Option<Arc<dyn Witness>>,
    /// What answers in the gateway's place.
    #[cfg(any(test, fuzzing))]
    pub(super) canned: Option<std::sync::Mutex<Option<Response>>>,
}

/// A reply of any status.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: String,
    /// False when it broke off.
    pub(super) whole: bool,
}

/// No reply.
#[derive(Debug)]
pub(super) enum Failure {
    /// No byte of the request was written.
    NotWritten(MessengerError),
    /// It was, or may have been.
    Lost(String),
}

impl From<Failure> for MessengerError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotWritten(error) => error,
            Failure::Lost(why) => Self::NoAnswer(why),
        }
    }
}

impl Http {
    pub(super) fn new(config: &Config, token: &SecretString) -> Result<Self, ConfigError> {
        let address = address::instance(config)?;
        let token = address::token(token)?;
        // reqwest comes without a TLS provider of its own. Whoever installs one
        // first wins; a second call is refused, and that is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = |connect_timeout| {
            let builder = Client::builder()
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connection_verbose(false)
                .user_agent(concat!("booking-monitor/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(connect_timeout);
            Ok(match config.proxy.to(&config.base_url) {
                Proxy::System => builder,
                Proxy::None => builder.no_proxy(),
                Proxy::At(proxy) => {
                    builder.no_proxy().proxy(reqwest::Proxy::all(proxy).map_err(|_| ConfigError::Proxy)?)
                }
            })
        };
        let message_connect_timeout = config.connect_timeout.min(MESSAGE_CONNECTS_WITHIN);
        let tls = |error: reqwest::Error| ConfigError::Tls(causes(&error.without_url()));
        Ok(Self {
            kept: builder(config.connect_timeout)?.build().map_err(tls)?,
            fresh: builder(message_connect_timeout)?
                .pool_max_idle_per_host(0)
                .connector_layer(OnlyWithPermit)
                .build()
                .map_err(tls)?,
            address,
            token,
            gaps: Gaps::default(),
            connect_timeout: config.connect_timeout,
            message_connect_timeout,
            request_timeout: config.request_timeout,
            witness: config.witness.clone(),
            #[cfg(any(test, fuzzing))]
            canned: None,
        })
    }

    /// Hands a message over once, on a connection of its own, if `permit` still
    /// holds when that stands.
    pub(super) async fn send(&self, body: &Value, permit: &Permit) -> Result<Reply, Failure> {
        self.gaps.turn(Method::Send).await;
        let request = self.fresh.request(Method::Send.verb(), self.url(Method::Send)).json(body);
        let request = request.timeout(self.message_connect_timeout + self.request_timeout);
        first_byte::with(permit, self.answer(Method::Send, request)).await
    }

    /// Looks something up, after the method's own pace. `limit` replaces the usual
    /// time for the answer.
    pub(super) async fn call(
        &self,
        method: Method,
        body: Option<&Value>,
        limit: Option<Duration>,
    ) -> Result<Reply, Failure> {
        self.gaps.turn(method).await;
        let limit = self.connect_timeout + limit.unwrap_or(self.request_timeout);
        let mut request = self.kept.request(method.verb(), self.url(method)).timeout(limit);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.answer(method, request).await
    }

    async fn answer(&self, method: Method, request: RequestBuilder) -> Result<Reply, Failure> {
        let question = Question::asked(self.witness.as_deref(), TimeSource::Gateway);
        let response = self.exchange(request).await?;
        question.answered(date(response.headers()), response.headers().contains_key(AGE));
        let reply = read(response).await;
        tracing::debug!(method = method.name(), status = reply.status, "the gateway answered");
        Ok(reply)
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Response, Failure> {
        #[cfg(any(test, fuzzing))]
        if let Some(canned) = &self.canned {
            let answer = canned.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            return answer.ok_or_else(|| Failure::Lost("a second request".into()));
        }
        request.send().await.map_err(|error| self.failure(error))
    }

    /// A reply of success; of every other, what it means.
    pub(super) fn accept(&self, reply: Reply) -> Result<Reply, MessengerError> {
        let status = reply.status;
        if status == 200 && reply.whole {
            // A failure may hide inside a success.
            let reason = reply.json().ok().and_then(|answer| refusal::reason(&answer));
            return match reason {
                Some(reason) => Err(refusal::by_words(&self.quotable(&reason))),
                None => Ok(reply),
            };
        }
        if let Some(error) = refusal::documented(status, &self.text(&reply), reply.retry_after) {
            return Err(error);
        }
        Err(match status {
            200 => MessengerError::NoAnswer("the answer broke off".into()),
            408 => MessengerError::NoAnswer("HTTP 408".into()),
            499.. => MessengerError::Server { status },
            _ => MessengerError::Unreadable(format!("HTTP {status}")),
        })
    }

    /// The text of a refusal, fit to be shown.
    pub(super) fn text(&self, reply: &Reply) -> String {
        self.quotable(&refusal::text(&reply.body))
    }

    pub(super) fn quotable(&self, text: &str) -> String {
        refusal::quotable(text, self.token.expose_secret())
    }

    fn url(&self, method: Method) -> Url {
        let mut url = self.address.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([method.name(), self.token.expose_secret()]);
            if let Method::Acknowledge { receipt } = method {
                path.push(&receipt.to_string());
            }
        }
        if let Method::Receive { wait } = method {
            url.query_pairs_mut().append_pair("receiveTimeout", &wait.to_string());
        }
        url
    }

    fn failure(&self, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let why = self.quotable(&causes(&error));
        if is_certificate_time(&error) {
            Failure::NotWritten(MessengerError::Certificate(why))
        } else if caused_by::<TooLate>(&error) {
            Failure::NotWritten(MessengerError::Overslept)
        } else if error.is_connect() || error.is_builder() {
            Failure::NotWritten(MessengerError::Offline(why))
        } else {
            Failure::Lost(why)
        }
    }
}

impl Reply {
    pub(super) fn json(&self) -> Result<Value, MessengerError> {
        json(&self.body)
    }
}

/// A body as JSON. The error says nothing of what stood there.
pub(super) fn json(body: &str) -> Result<Value, MessengerError> {
    serde_json::from_str(body.trim_start_matches('\u{feff}'))
        .map_err(|error| MessengerError::Unreadable(format!("{:?} error in its JSON", error.classify())))
}

/// The gateway's clock.
fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc()).filter(is_sensible)
}

async fn read(mut response: Response) -> Reply {
    let status = response.status().as_u16();
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let mut body = Vec::new();
    let whole = loop {
        match response.chunk().await {
            Ok(None) => break true,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(_) => break false,
        }
        if body.len() > LARGEST_REPLY {
            break false;
        }
    };
    let body = String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Reply { status, retry_after, body, whole }
}

/// The error and what caused it, in one line.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

/// Whether an error of this kind stands at the bottom of it.
fn caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<E>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// Whether the certificate was refused because of the date: the computer's clock
/// is wrong far more often than a server's certificate is old. It happens in the
/// handshake, so nothing was written.
fn is_certificate_time(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
            return matches!(why, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. });
        }
        // An io::Error passes its content's source on, not its content.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_date_of_a_certificate_blames_the_clock() {
        let tls = |why| std::io::Error::other(rustls::Error::InvalidCertificate(why));
        assert!(is_certificate_time(&tls(rustls::CertificateError::Expired)));
        assert!(is_certificate_time(&tls(rustls::CertificateError::NotValidYet)));
        assert!(!is_certificate_time(&tls(rustls::CertificateError::UnknownIssuer)));
        assert!(!is_certificate_time(&std::io::Error::other("refused")));
    }
}
