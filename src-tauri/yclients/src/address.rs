//! Where the server lies, and whether it may be spoken to in the clear.

use std::net::IpAddr;

use reqwest::Url;
use reqwest::header::{HeaderValue, InvalidHeaderValue};

/// Why a client cannot be built from its settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The base address is no usable URL.
    #[error("the address of YClients cannot be used: {0}")]
    Address(String),
    /// Credentials would travel readable for everyone on the way.
    #[error("plain http is allowed only to this computer; use https")]
    PlainHttp,
    /// A token is empty or has characters that no header may carry.
    #[error("a token is empty or has characters that cannot be sent")]
    Token,
    /// The extra root certificate is no PEM certificate.
    #[error("the extra root certificate cannot be read: {0}")]
    Certificate(String),
    /// The proxy's address is none.
    #[error("the proxy's address cannot be used")]
    Proxy,
    /// The TLS library refused to start, for example for want of any root certificate.
    #[error("secure connections cannot be set up: {0}")]
    Tls(String),
}

impl From<InvalidHeaderValue> for ConfigError {
    fn from(_: InvalidHeaderValue) -> Self {
        Self::Token
    }
}

/// Whose media type the `Accept` header names. Without the right one the server
/// answers in an older shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Yclients,
    Altegio,
}

impl Flavour {
    /// By the host's name: everything that is not Altegio's speaks as YClients does.
    pub(crate) fn of(address: &Url) -> Self {
        let host = address.host_str().unwrap_or_default();
        if host == "alteg.io" || host.ends_with(".alteg.io") { Self::Altegio } else { Self::Yclients }
    }

    pub(crate) const fn accept(self) -> HeaderValue {
        match self {
            Self::Yclients => HeaderValue::from_static("application/vnd.yclients.v2+json"),
            Self::Altegio => HeaderValue::from_static("application/vnd.api.v2+json"),
        }
    }
}

/// Reads the base address: https, or http to this computer alone (simulator and tests).
pub(crate) fn parse(text: &str) -> Result<Url, ConfigError> {
    let address = Url::parse(text.trim()).map_err(|error| ConfigError::Address(error.to_string()))?;
    if address.query().is_some() || address.fragment().is_some() || !address.username().is_empty() {
        return Err(ConfigError::Address("it must have no query, fragment or user name".into()));
    }
    match address.scheme() {
        "https" => Ok(address),
        "http" if is_loopback(&address) => Ok(address),
        "http" => Err(ConfigError::PlainHttp),
        other => Err(ConfigError::Address(format!("`{other}` is not https"))),
    }
}

/// The address of one call: `segments` behind the base's own path. An empty last
/// segment ends the path with a slash.
pub(crate) fn join(base: &Url, segments: &[&str]) -> Url {
    let mut address = base.clone();
    if let Ok(mut path) = address.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    address
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

    #[test]
    fn https_is_accepted_and_plain_http_only_to_this_computer() {
        assert!(parse("https://api.yclients.com/api/v1").is_ok());
        for own in ["http://127.0.0.1:8080/api/v1", "http://[::1]:8080", "http://localhost/"] {
            assert!(parse(own).is_ok(), "{own}");
        }
        for foreign in
            ["http://api.yclients.com/api/v1", "http://127.0.0.1.example.com", "http://192.168.1.4"]
        {
            assert_eq!(parse(foreign), Err(ConfigError::PlainHttp), "{foreign}");
        }
        for nonsense in ["", "api.yclients.com", "ftp://x", "https://user@host/", "https://host/?a=b"] {
            assert!(matches!(parse(nonsense), Err(ConfigError::Address(_))), "{nonsense}");
        }
    }

    #[test]
    fn a_trailing_slash_in_the_setting_changes_nothing() {
        for base in ["https://api.yclients.com/api/v1", "https://api.yclients.com/api/v1/"] {
            let base = parse(base).unwrap();
            assert_eq!(join(&base, &["records", "7"]).path(), "/api/v1/records/7");
            assert_eq!(join(&base, &["company", "7", ""]).path(), "/api/v1/company/7/");
        }
    }

    #[test]
    fn altegio_is_known_by_its_host() {
        let flavour = |text| Flavour::of(&parse(text).unwrap());
        assert_eq!(flavour("https://api.alteg.io/api/v1"), Flavour::Altegio);
        assert_eq!(flavour("https://api.yclients.ru/api/v1"), Flavour::Yclients);
        assert_eq!(flavour("https://notalteg.io/api/v1"), Flavour::Yclients);
    }
}
