//! Where a database is: a file on this machine, or a PostgreSQL server.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the market's database is. Prints without user name and password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabasePlace {
    /// An SQLite file; made when it does not exist.
    File(PathBuf),
    /// The URL of a PostgreSQL database, which must exist.
    Postgres(String),
}

/// The text names no database that we can use.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected postgres://... or the path of a file")]
pub struct NotAPlace;

impl FromStr for DatabasePlace {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").unwrap_or(text);
        if path.is_empty() || path.contains("://") {
            return Err(NotAPlace);
        }
        Ok(Self::File(path.into()))
    }
}

impl fmt::Display for DatabasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                let shown = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "postgres://{shown}")
            }
        }
    }
}

impl fmt::Debug for DatabasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabasePlace({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_a_postgres_address_are_places() {
        assert_eq!("/var/tacit/market.db".parse(), Ok(DatabasePlace::File("/var/tacit/market.db".into())));
        assert_eq!("sqlite:///m.db".parse(), Ok(DatabasePlace::File("/m.db".into())));
        assert!(matches!("postgres://h/db".parse(), Ok(DatabasePlace::Postgres(_))));
        for text in ["", "mysql://h/db", "sqlite://"] {
            assert_eq!(text.parse::<DatabasePlace>(), Err(NotAPlace), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        let place: DatabasePlace = "postgres://me:se@cret@db.example/tacit?password=other".parse().unwrap();
        assert_eq!(place.to_string(), "postgres://db.example/tacit");
        assert_eq!(format!("{place:?}"), "DatabasePlace(postgres://db.example/tacit)");
    }
}
