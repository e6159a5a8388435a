//! How a desk reaches the market: directly, or through a SOCKS proxy with one circuit per connection identity.

use std::fmt;
use std::str::FromStr;
use tacit_values::base64url;

/// The way out of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayOut {
    /// No proxy: the market sees this machine's address, and every page that says "cannot link" adds so.
    Direct,
    /// Through a SOCKS5 proxy that resolves names itself (traffic.md rule 6).
    Proxy(ProxyAddress),
}

/// `socks5h://host:port`. A proxy that takes any user name (Tor does) keeps the streams of different names apart: each
/// connection identity comes with random ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyAddress {
    authority: String,
}

/// The text is no proxy we can use.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAProxy {
    /// Names would be resolved on this machine, beside the proxy.
    #[error(
        "write the proxy as socks5h://host:port; with socks5:// names would be looked up outside the proxy"
    )]
    LeaksNames,
    /// A user name was given, which is how streams are kept apart.
    #[error("leave user and password out of the proxy's address; they keep the streams of personas apart")]
    Credentials,
    /// Anything else.
    #[error("expected a proxy of the form socks5h://host:port")]
    Malformed,
}

impl ProxyAddress {
    /// The address with a user name and password that were never used before.
    pub(crate) fn isolated(&self, nonce: [u8; 16]) -> String {
        let (user, password) = nonce.split_at(8);
        format!("socks5h://{}:{}@{}", base64url::encode(user), base64url::encode(password), self.authority)
    }
}

impl FromStr for ProxyAddress {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let authority = match text.split_once("://") {
            Some(("socks5h", authority)) => authority,
            Some(("socks5" | "socks4" | "socks4a", _)) => return Err(NotAProxy::LeaksNames),
            _ => return Err(NotAProxy::Malformed),
        };
        if authority.contains('@') {
            return Err(NotAProxy::Credentials);
        }
        let (host, port) = authority.rsplit_once(':').ok_or(NotAProxy::Malformed)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if host.is_empty() || text.len() > 255 || !host.bytes().all(plain) || port.parse::<u16>().is_err() {
            return Err(NotAProxy::Malformed);
        }
        Ok(Self { authority: authority.to_owned() })
    }
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "socks5h://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_that_resolves_names_itself_is_taken() {
        let proxy: ProxyAddress = "socks5h://127.0.0.1:9050".parse().unwrap();
        assert_eq!(proxy.to_string(), "socks5h://127.0.0.1:9050");
        assert_eq!("socks5://127.0.0.1:9050".parse::<ProxyAddress>(), Err(NotAProxy::LeaksNames));
        assert_eq!("socks5h://me@127.0.0.1:9050".parse::<ProxyAddress>(), Err(NotAProxy::Credentials));
        for bad in ["http://127.0.0.1:1", "socks5h://", "socks5h://host", "socks5h://host:99999", "9050"] {
            assert_eq!(bad.parse::<ProxyAddress>(), Err(NotAProxy::Malformed), "{bad}");
        }
    }

    #[test]
    fn every_identity_has_a_circuit_of_its_own() {
        let proxy: ProxyAddress = "socks5h://localhost:9050".parse().unwrap();
        assert_ne!(proxy.isolated([1; 16]), proxy.isolated([2; 16]));
        assert_eq!(proxy.isolated([1; 16]), "socks5h://AQEBAQEBAQE:AQEBAQEBAQE@localhost:9050");
    }
}
