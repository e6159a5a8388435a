//! Refusals as pages, for those who asked for a page. Programs get problem documents as ever.

use super::frame::{Frame, HTML, show_refusal};
use super::words as w;
use super::written::sentence;
use crate::door::Door;
use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, VARY};
use http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use tacit_wire::Problem;
use tacit_wire::bodies::BASE;
use tacit_wire::problem::PROBLEM_JSON;

/// No problem document is longer.
const PROBLEM_MOST: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    status: u16,
    heading: &'static str,
    detail: String,
    remedy: String,
}

/// Shows refusals as pages where the address is one of the catalogue's and the caller reads HTML.
pub(crate) async fn for_browsers(State(door): State<Door>, request: Request, next: Next) -> Response {
    let wants_page = is_of_the_catalogue(request.uri().path()) && reads_html(request.headers());
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if !wants_page || !is_problem {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = Limited::new(body, PROBLEM_MOST).collect().await else {
        return Response::from_parts(parts, Body::empty());
    };
    let body = body.to_bytes();
    let page = serde_json::from_slice(&body).ok().and_then(|problem| {
        let mut page = show_refusal(&ErrorPage::of(&door, &path, problem), parts.status)?;
        if let Some(wait) = parts.headers.get(RETRY_AFTER) {
            page.headers_mut().insert(RETRY_AFTER, wait.clone());
        }
        page.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
        Some(page)
    });
    page.unwrap_or_else(|| Response::from_parts(parts, Body::from(body)))
}

impl ErrorPage {
    fn of(door: &Door, path: &str, problem: Problem) -> Self {
        let (heading, usual) = w::refusal(problem.status);
        let detail =
            if path == "/" || problem.status == 404 { String::new() } else { sentence(&problem.detail) };
        Self {
            frame: Frame::of(door, path, heading, usual).unlisted(),
            status: problem.status,
            heading,
            detail,
            remedy: match problem.remedy {
                Some(remedy) if !remedy.contains("openapi") => sentence(&remedy),
                _ => usual.to_owned(),
            },
        }
    }
}

/// Everything but the API and what belongs to it.
fn is_of_the_catalogue(path: &str) -> bool {
    !(path.starts_with(BASE) || path.starts_with("/admin") || path == "/openapi.json")
}

fn reads_html(headers: &HeaderMap) -> bool {
    let html = HTML.split(';').next().unwrap_or(HTML);
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains(html))
}
