//! The way that requests take to a server.

use super::address;

/// Through what requests go. A computer's own proxy is often one of a VPN, which takes YClients abroad
/// and draws pages that refuse: so none is taken unless it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// Straight to the server, whatever the system is set to.
    #[default]
    None,
    /// As the system is set.
    System,
    /// Through this one, such as `http://10.0.0.1:3128`.
    At(String),
}

impl Proxy {
    /// `none`, `system`, or an address.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const ONE_OF: &str = "must be \"none\", \"system\" or an address such as \"http://10.0.0.1:3128\"";
        match text.trim() {
            "none" => return Ok(Self::None),
            "system" => return Ok(Self::System),
            _ => {}
        }
        let url = url::Url::parse(text.trim()).map_err(|_| ONE_OF)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a name or password: the file is no place for a secret");
        }
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !bare {
            return Err(ONE_OF);
        }
        Ok(Self::At(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// As it stands in the file.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "none",
            Self::System => "system",
            Self::At(address) => address,
        }
    }

    /// What this comes to for one server: to this computer itself there is no way round.
    pub fn to(&self, base_url: &str) -> &Self {
        let here = url::Url::parse(base_url).is_ok_and(|url| address::is_loopback(&url));
        if here { &Self::None } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_none_the_systems_or_one_with_an_address() {
        assert_eq!(Proxy::parse("none"), Ok(Proxy::None));
        assert_eq!(Proxy::parse(" system "), Ok(Proxy::System));
        assert_eq!(Proxy::parse("http://10.0.0.1:3128/"), Ok(Proxy::At("http://10.0.0.1:3128".to_owned())));
        for odd in
            ["", "yes", "socks5://10.0.0.1", "http://", "10.0.0.1:3128", "http://p/path", "http://p?a=1"]
        {
            assert!(Proxy::parse(odd).is_err(), "{odd}");
        }
        let secret = Proxy::parse("http://anna:tayna@10.0.0.1:3128").unwrap_err();
        assert!(secret.contains("password") && !secret.contains("tayna"));
    }

    #[test]
    fn to_this_computer_itself_no_request_takes_a_way_round() {
        for here in ["http://127.0.0.1:8080", "http://localhost/api", "http://[::1]:1"] {
            assert_eq!(Proxy::System.to(here), &Proxy::None, "{here}");
        }
        assert_eq!(Proxy::System.to("https://api.yclients.com/api/v1"), &Proxy::System);
    }
}
