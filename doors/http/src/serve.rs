//! Listening: one socket, bounded patience with whoever connects, a graceful end, and the minute's housekeeping.

use crate::door::Door;
use crate::router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// How long to wait before accepting again when the machine has no socket to spare.
const NO_SOCKETS: Duration = Duration::from_secs(1);

/// Serves the door on a socket until `end`; requests under way are finished first.
///
/// Whoever connects has [`DoorSettings::headers_within`](crate::DoorSettings::headers_within) to send the head of a
/// request, the first and every later one: a caller that dribbles, or says nothing, holds no connection for longer.
///
/// TLS ends in front of the market: the public address is https there, and plain http here is for loopback and for a
/// reverse proxy on a private network.
pub async fn serve(
    listener: TcpListener,
    door: Door,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let housekeeping = tokio::spawn(forget_every_minute(door.clone()));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(door.settings().headers_within);
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
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(caller));
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = connections.watch(builder.serve_connection(TokioIo::new(stream), service));
        // What ends a connection early is the caller's or the net's; the requests themselves are logged by the guards.
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(listener);
    connections.shutdown().await;
    housekeeping.abort();
    Ok(())
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
