//! What a page says, read with bounds: JSON bodies, ids and query strings, refused as problems.

use super::refusals::Refused;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;

/// No form is longer.
const LONGEST_FORM: usize = 256 * 1024;

/// A form in JSON.
pub(crate) struct Said<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Said<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refused> {
        let bytes = bounded(request, LONGEST_FORM).await?;
        let bytes = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
        // What was typed is not repeated in the refusal: it may be a passphrase.
        serde_json::from_slice(&bytes).map(Self).map_err(|wrong| {
            Refused::malformed(format!(
                "The form cannot be read (line {}, column {}).",
                wrong.line(),
                wrong.column()
            ))
        })
    }
}

/// The body of a request, if it is not longer than `most`.
pub(crate) async fn bounded(request: Request, most: usize) -> Result<Bytes, Refused> {
    to_bytes(request.into_body(), most).await.map_err(|_| {
        Refused::malformed(format!("The request did not arrive whole, or is longer than {most} bytes."))
    })
}

/// The id in a path.
pub(crate) struct Named<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr<Err: Display> + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Refused::malformed("The address cannot be read."))?;
        text.parse().map(Self).map_err(|_| Refused::malformed("That is no id of this kind."))
    }
}

/// A query string as it came; a name may come several times.
pub(crate) struct Asked(pub(crate) Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Refused::malformed("The search cannot be read."))?;
        Ok(Self(pairs))
    }
}

impl Asked {
    /// The last value of a name that is not empty.
    pub(crate) fn text<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).last()
    }

    /// All values of a name that are not empty.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// One value, read.
    pub(crate) fn one<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Refused> {
        self.text(name).map(|text| read(name, text)).transpose()
    }
}

/// Reads one word of a form.
pub(crate) fn read<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Refused> {
    text.trim().parse().map_err(|wrong: T::Err| field_fault(field, &wrong))
}

/// The refusal of one field.
pub(crate) fn field_fault(field: &str, wrong: &dyn Display) -> Refused {
    let sentence = super::refusals::sentence(&wrong.to_string());
    let fault = super::shown::problem::FieldFault { field: field.to_owned(), sentence: sentence.clone() };
    Refused::malformed(sentence).fields(vec![fault])
}
