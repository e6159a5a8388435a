//! The stream of events: one per open page, ended when its session locks.

use super::guards::{self, Served};
use super::happenings::Told;
use super::sessions::{SessionKey, Standing};
use super::shown::events::Event;
use super::shown::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a silent stream looks whether its session is still good.
const LOOK: Duration = Duration::from_secs(2);

struct Stream {
    served: Served,
    key: SessionKey,
    waiting: VecDeque<Told>,
    receiver: Receiver<Told>,
    missed: bool,
    over: bool,
}

/// What happens, as server-sent events. Each event has an id; `Last-Event-ID` goes on after it; a comment comes every fifteen seconds.
#[utoipa::path(get, path = "/events", tag = "events", responses((status = 200, description = "the stream", body = Event, content_type = "text/event-stream"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn events(State(served): State<Served>, key: SessionKey, headers: HeaderMap) -> Response {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let (missed, receiver) = served.portal.house().happenings.after(last);
    let stream = Stream {
        missed: missed.is_none(),
        waiting: missed.unwrap_or_default().into(),
        served,
        key,
        receiver,
        over: false,
    };
    let events = stream::unfold(stream, |stream| async move { stream.next().await });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("here")).into_response()
}

impl Stream {
    async fn next(mut self) -> Option<(Result<Sent, Infallible>, Self)> {
        if self.over {
            return None;
        }
        loop {
            if guards::standing(&self.served.portal, &self.key) != Some(Standing::Here) {
                self.over = true;
                return Some((Ok(sent(None, &Event::Lock)), self));
            }
            if std::mem::take(&mut self.missed) {
                return Some((Ok(sent(None, &Event::Again)), self));
            }
            if let Some(told) = self.waiting.pop_front() {
                let id = self.served.portal.house().happenings.id(told.number);
                return Some((Ok(sent(Some(&id), &told.event)), self));
            }
            match tokio::time::timeout(LOOK, self.receiver.recv()).await {
                Ok(Ok(told)) => self.waiting.push_back(told),
                Ok(Err(RecvError::Lagged(_))) => self.missed = true,
                Ok(Err(RecvError::Closed)) => return None,
                Err(_silence) => {}
            }
        }
    }
}

/// An event as it goes over the wire: its kind as the event's name, the document as its data.
fn sent(id: Option<&str>, event: &Event) -> Sent {
    let document = serde_json::to_value(event).expect("events are plain data and have a JSON form");
    let name = document["event"].as_str().unwrap_or_default().to_owned();
    let sent = Sent::default().event(name).data(document.to_string());
    match id {
        Some(id) => sent.id(id),
        None => sent,
    }
}
