//! Where the gateway lies, which instance is ours, and what is no such thing.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use engine::clock::Witness;
use engine::settings::Proxy;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

/// How to reach an instance.
#[derive(Debug, Clone)]
pub struct Config {
    /// The instance's own address from the gateway's console, such as
    /// `https://1103.api.green-api.com`.
    pub base_url: String,
    /// A number, such as `1103000001`.
    pub instance_id: String,
    /// Name, connection and TLS together. A failure in here is certain to have
    /// sent nothing. For a message it is four seconds at most, whatever stands here.
    pub connect_timeout: Duration,
    /// From the connection to the answer's last byte.
    pub request_timeout: Duration,
    /// The way to the gateway. To this computer itself there is never one round.
    pub proxy: Proxy,
    /// Told what the gateway's clock shows, by every answer. They come over TLS or from this
    /// computer: no other address is accepted, no redirect leads elsewhere, and a proxy hands on what
    /// it cannot read.
    pub witness: Option<Arc<dyn Witness>>,
}

impl Config {
    /// The usual times: 10 s to connect, and 30 s for the answer.
    pub fn new(base_url: impl Into<String>, instance_id: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            instance_id: instance_id.into(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            proxy: Proxy::None,
            witness: None,
        }
    }
}

/// Why a client cannot be built from its settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The base address is no usable URL.
    #[error("the gateway's address cannot be used: {0}")]
    Address(String),
    /// The token is a part of the address and would be readable on the way.
    #[error("plain http is allowed only to this computer; use https")]
    PlainHttp,
    /// An instance is a number.
    #[error("the instance's id must be a number")]
    Instance,
    /// Empty, or with characters that would change the address.
    #[error("the token is empty or has characters that no token has")]
    Token,
    /// The proxy's address is none.
    #[error("the proxy's address cannot be used")]
    Proxy,
    /// The TLS library refused to start, for example for want of any root certificate.
    #[error("secure connections cannot be set up: {0}")]
    Tls(String),
}

/// The address in front of a method's name: `…/waInstance1103000001`.
pub(super) fn instance(config: &Config) -> Result<Url, ConfigError> {
    let mut address =
        Url::parse(config.base_url.trim()).map_err(|error| ConfigError::Address(error.to_string()))?;
    if address.query().is_some() || address.fragment().is_some() || !address.username().is_empty() {
        return Err(ConfigError::Address("it must have no query, fragment or user name".into()));
    }
    match address.scheme() {
        "https" => {}
        "http" if is_loopback(&address) => {}
        "http" => return Err(ConfigError::PlainHttp),
        other => return Err(ConfigError::Address(format!("`{other}` is not https"))),
    }
    let id = config.instance_id.trim();
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ConfigError::Instance);
    }
    if let Ok(mut path) = address.path_segments_mut() {
        path.pop_if_empty().push(&format!("waInstance{id}"));
    }
    Ok(address)
}

/// The token, without the blanks that come along when it is pasted.
pub(super) fn token(token: &SecretString) -> Result<SecretString, ConfigError> {
    let text = token.expose_secret().trim();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    if text.is_empty() || !text.bytes().all(plain) {
        return Err(ConfigError::Token);
    }
    Ok(text.into())
}

/// `localhost` or a loopback address; a name that merely resolves to one is not.
fn is_loopback(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(base: &str, id: &str) -> Result<String, ConfigError> {
        instance(&Config::new(base, id)).map(|url| url.to_string())
    }

    #[test]
    fn a_trailing_slash_changes_nothing() {
        let expected = Ok("https://1103.api.green-api.com/waInstance1103000001".to_owned());
        assert_eq!(of("https://1103.api.green-api.com", "1103000001"), expected);
        assert_eq!(of("https://1103.api.green-api.com/", " 1103000001 "), expected);
    }

    #[test]
    fn plain_http_goes_to_this_computer_only() {
        assert!(of("http://127.0.0.1:9000", "1").is_ok());
        assert!(of("http://[::1]:9000", "1").is_ok());
        assert_eq!(of("http://1103.api.green-api.com", "1"), Err(ConfigError::PlainHttp));
        assert_eq!(of("http://localhost.example.com", "1"), Err(ConfigError::PlainHttp));
    }

    #[test]
    fn what_is_no_instance_or_token_is_refused() {
        for id in ["", "abc", "11/../12"] {
            assert_eq!(of("https://h", id), Err(ConfigError::Instance), "{id}");
        }
        for text in ["", "  ", "a/b", "a?b", "токен", "a b"] {
            assert!(matches!(token(&text.into()), Err(ConfigError::Token)), "{text}");
        }
        assert_eq!(token(&" d75b3a66\n".into()).unwrap().expose_secret(), "d75b3a66");
    }
}
