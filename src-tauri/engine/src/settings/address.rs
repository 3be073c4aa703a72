//! Addresses of servers, as an owner writes them.

use std::net::IpAddr;

/// An address that requests may go to: https, or http to this computer.
pub(super) fn base_url(text: &str) -> Result<String, &'static str> {
    let url = url::Url::parse(text.trim())
        .map_err(|_| "must be an address such as \"https://api.yclients.com/api/v1\"")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a name or password; secrets belong in the keyring");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with its path, without \"?\" and \"#\"");
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err("must begin with https://; plain http is only for this computer itself"),
        _ => return Err("must begin with https://"),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub(super) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
