//! Listening on the loopback interface, and nowhere else.
//!
//! The link names `localhost`, which is 127.0.0.1 or ::1 as the browser likes: the desk takes both at one port, or neither.
//! A port whose other half belongs to somebody else is a port at which somebody else would be shown the link.

use super::assets::Pages;
use super::house::Portal;
use crate::refusal::Refusal;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Where a desk is served unless it is said otherwise.
const USUAL_PORT: u16 = 4310;
/// So many ports are tried when the usual one is taken.
const NEARBY: u16 = 20;

/// Both loopback addresses of one port.
#[derive(Debug)]
pub struct Doors {
    four: TcpListener,
    six: Option<TcpListener>,
    port: u16,
}

impl Doors {
    /// Opens the chosen address; without one, the usual port or the next that is free.
    pub async fn open(chosen: Option<SocketAddr>) -> Result<Self, Refusal> {
        match chosen {
            Some(address) if !address.ip().is_loopback() => Err(Refusal::usage(
                format!("{} is no address of this machine alone", address.ip()),
                "Say 127.0.0.1 with a port; to use the desk from elsewhere, bring your own tunnel to this machine.",
            )),
            Some(address) if address.port() == 0 => Self::anywhere().await.ok_or_else(taken),
            Some(address) => Self::at(address.port()).await.ok_or_else(taken),
            None => {
                for port in USUAL_PORT..USUAL_PORT + NEARBY {
                    if let Some(doors) = Self::at(port).await {
                        return Ok(doors);
                    }
                }
                Self::anywhere().await.ok_or_else(taken)
            }
        }
    }

    /// The port of both.
    pub fn port(&self) -> u16 {
        self.port
    }

    async fn anywhere() -> Option<Self> {
        for _ in 0..NEARBY {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.ok()?;
            let port = free.local_addr().ok()?.port();
            if let Some(six) = other_half(port).await {
                return Some(Self { four: free, six, port });
            }
        }
        None
    }

    async fn at(port: u16) -> Option<Self> {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.ok()?;
        let six = other_half(port).await?;
        Some(Self { four, six, port })
    }
}

/// The other half of a port: `Some(None)` on machines without it, `None` when it belongs to somebody else.
async fn other_half(port: u16) -> Option<Option<TcpListener>> {
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
        Ok(six) => Some(Some(six)),
        Err(cause) if matches!(cause.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => None,
        Err(_no_such_address_here) => Some(None),
    }
}

fn taken() -> Refusal {
    Refusal::new(
        "port-taken",
        "the port is taken on 127.0.0.1 or on ::1",
        "Choose another with --listen 127.0.0.1:PORT, or say nothing to get a free one.",
    )
}

/// Serves the pages until `stop` ends. Streams are cut then; everything else is answered first.
pub async fn serve(
    portal: &Portal,
    pages: Arc<dyn Pages>,
    doors: Doors,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Refusal> {
    let router = portal.router(pages, doors.port);
    let serving = async {
        let four = axum::serve(doors.four, router.clone()).into_future();
        match doors.six {
            Some(six) => tokio::try_join!(four, axum::serve(six, router).into_future()).map(drop),
            None => four.await,
        }
    };
    tokio::select! {
        () = stop => Ok(()),
        ended = serving => ended.map_err(|cause| {
            Refusal::new("not-served", format!("the pages are served no more: {cause}"), "Start the desk again.")
        }),
    }
}
