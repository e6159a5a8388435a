//! The public address of a market: scheme, host and port, nothing else.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A market's public address, for example `https://market.example` or `http://127.0.0.1:4300`.
///
/// Plain http is allowed on loopback only (traffic.md rule 7).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Origin(String);

/// Why an address was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAnOrigin {
    /// Not scheme, host and optional port.
    #[error("a market's address is like https://market.example or http://127.0.0.1:4300, without a path")]
    Malformed,
    /// Plain http to another machine.
    #[error("plain http is refused except on this machine; use https")]
    PlainHttp,
}

impl Origin {
    /// The address as text, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host (with port), as it stands in the log's checkpoints and key names.
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest)
    }

    /// The absolute address of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (scheme, authority) = text.split_once("://").ok_or(NotAnOrigin::Malformed)?;
        let (host, port) = split_port(authority).ok_or(NotAnOrigin::Malformed)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
        if host.is_empty() || text.len() > 255 || !authority.bytes().all(plain) {
            return Err(NotAnOrigin::Malformed);
        }
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(NotAnOrigin::Malformed);
        }
        match scheme {
            "https" => Ok(Self(text.to_owned())),
            "http" if is_loopback(host) => Ok(Self(text.to_owned())),
            "http" => Err(NotAnOrigin::PlainHttp),
            _ => Err(NotAnOrigin::Malformed),
        }
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']')?;
        return match rest {
            "" => Some((host, None)),
            _ => Some((host, Some(rest.strip_prefix(':')?))),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({})", self.0)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert!("http://127.0.0.1:4300".parse::<Origin>().is_ok());
        assert!("http://[::1]:4300".parse::<Origin>().is_ok());
        assert!("http://localhost:4300/".parse::<Origin>().is_ok());
        assert_eq!("http://market.example".parse::<Origin>(), Err(NotAnOrigin::PlainHttp));
        assert_eq!("http://127.0.0.1.evil.example".parse::<Origin>(), Err(NotAnOrigin::PlainHttp));
        assert!("https://market.example".parse::<Origin>().is_ok());
    }

    #[test]
    fn an_address_with_a_path_a_user_or_capital_letters_is_refused() {
        for bad in [
            "https://a/b",
            "https://u@a",
            "https://A",
            "ftp://a",
            "a",
            "https://",
            "https://a:99999",
            "http://[::1",
        ] {
            assert_eq!(bad.parse::<Origin>(), Err(NotAnOrigin::Malformed), "{bad}");
        }
    }
}
