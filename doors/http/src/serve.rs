//! Listening: one socket, a bounded number of connections, bounded patience with whoever connects, a graceful end, and the
//! minute's housekeeping.

use crate::door::Door;
use crate::guards::no_room;
use crate::guests::{Guest, Guests};
use crate::pace::{Keeping, SteadyTaker};
use crate::router;
use crate::tally::{Full, Most};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// How long to wait before accepting again when the machine has no socket to spare.
const NO_SOCKETS: Duration = Duration::from_secs(1);
/// What one connection may keep in memory on its way in: the longest head, and a piece of a body.
const BUFFER: usize = 128 << 10;
/// How many that find no room are told so at once; further ones find the connection closed.
const FAREWELLS: usize = 64;
/// How long telling them may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves the door on a socket until `end`; requests under way are finished first.
///
/// Connections are bounded ([`DoorSettings::connections`](crate::DoorSettings::connections)). Whoever connects has
/// [`DoorSettings::headers_within`](crate::DoorSettings::headers_within) to send the head of a request, the first and every
/// later one, and takes answers at the door's pace: a caller that dribbles, says nothing or does not read holds no
/// connection for longer.
///
/// TLS ends in front of the market: the public address is https there, and plain http here is for loopback and for a
/// reverse proxy on a private network.
pub async fn serve(
    listener: TcpListener,
    door: Door,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let housekeeping = tokio::spawn(forget_every_minute(door.clone()));
    let settings = door.settings().clone();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(settings.headers_within).max_buf_size(BUFFER);
    let guests = Guests::at_most(match settings.behind_proxy {
        true => Most { per_address: usize::MAX, ..settings.connections },
        false => settings.connections,
    });
    let farewells = Arc::new(Semaphore::new(FAREWELLS));
    let router = router(door);
    let connections = GracefulShutdown::new();
    tokio::pin!(end);
    loop {
        let (stream, caller) = tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_the_callers(&error) => continue,
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted for a moment");
                    tokio::time::sleep(NO_SOCKETS).await;
                    continue;
                }
            },
        };
        let (guest, left) = match guests.welcome(Some(caller.ip())) {
            Ok(welcome) => welcome,
            Err(full) => {
                say_farewell(stream, full, &farewells);
                continue;
            }
        };
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), Arc::clone(&guest), caller, request));
        let stream = TokioIo::new(SteadyTaker::new(stream, settings.pace));
        let connection = connections.watch(builder.serve_connection(stream, service));
        // What ends a connection early is the caller's or the net's; the requests themselves are logged by the guards.
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => drop(ended),
                Ok(()) = left => {}
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
    housekeeping.abort();
    Ok(())
}

/// One request of a guest; the guest owes the next one when this answer was handed over.
async fn answer(
    router: Router,
    guest: Arc<Guest>,
    caller: SocketAddr,
    mut request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    // Given away in this very moment: the connection ends, and nothing was done.
    let served = guest.asks().ok_or(ErrorKind::ConnectionAborted)?;
    request.extensions_mut().insert(ConnectInfo(caller));
    let response = match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    Ok(response.map(|body| Body::new(Keeping::new(body, served))))
}

/// Tells a newcomer for whom there is no room when to come back, without reading what it asks.
fn say_farewell(mut stream: TcpStream, full: Full, farewells: &Arc<Semaphore>) {
    let Ok(permit) = Arc::clone(farewells).try_acquire_owned() else { return };
    tokio::spawn(async move {
        let said = async {
            stream.write_all(&farewell(full)).await?;
            stream.shutdown().await?;
            // Closed with bytes unread, the connection would be reset and the answer lost.
            let mut unread = [0; 4096];
            while stream.read(&mut unread).await? > 0 {}
            io::Result::Ok(())
        };
        let _said_or_gone = tokio::time::timeout(FAREWELL, said).await;
        drop(permit);
    });
}

fn farewell(full: Full) -> Vec<u8> {
    let problem = no_room(full, "connections");
    let body = serde_json::to_vec(&problem).expect("a problem is plain data");
    let (status, wait) = (problem.status, problem.retry_after_s.unwrap_or(1));
    let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut answer = format!(
        "HTTP/1.1 {status} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\nretry-after: {wait}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n",
        reason.unwrap_or_default(),
        tacit_wire::problem::PROBLEM_JSON,
        body.len(),
    )
    .into_bytes();
    answer.extend_from_slice(&body);
    answer
}

/// Whether the caller went away before it was greeted.
fn is_the_callers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// Addresses stay in the rate limiter's memory no longer than their quota needs to fill again, plus a minute.
async fn forget_every_minute(door: Door) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        door.forget_the_quiet();
    }
}
