//! Listening: one socket, a graceful end, and the minute's housekeeping.

use crate::door::Door;
use crate::router;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// Serves the door on a socket until `end`; requests under way are finished first.
///
/// TLS ends in front of the market: the public address is https there, and plain http here is for loopback and for a
/// reverse proxy on a private network.
pub async fn serve(
    listener: TcpListener,
    door: Door,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let housekeeping = tokio::spawn(forget_every_minute(door.clone()));
    let service = router(door).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(end).await;
    housekeeping.abort();
    served
}

/// Addresses stay in the rate limiter's memory no longer than their quota needs to fill again, plus a minute.
async fn forget_every_minute(door: Door) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        door.forget_the_quiet();
    }
}
