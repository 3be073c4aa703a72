//! The HTTP server under both services: ports, connections, the request log and the faults.
//!
//! It knows where a request goes and what is to go wrong with it. What the answer says is the
//! business of the two services.

mod connection;
mod log;
mod middleware;
mod sabotage;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use connection::Connection;
use connection::Door;
pub(crate) use log::RequestLog;
pub use log::{EndpointTotals, RequestSeen};

use crate::faults::Side;
use crate::world::Shared;
use crate::{control, green_api, yclients};

/// Binds loopback and nothing else.
pub(crate) async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

fn router(shared: &Shared) -> Router {
    Router::new()
        .nest("/api/v1", yclients::router(shared))
        .merge(control::router(shared))
        .fallback(green_api::answer)
        .layer(axum::middleware::from_fn_with_state(shared.clone(), middleware::observe))
        .with_state(shared.clone())
}

/// Serves everything on one listener until the task is dropped; its connections go with it.
pub(crate) fn serve(shared: &Shared, listener: TcpListener) -> JoinHandle<()> {
    let shared = shared.clone();
    tokio::spawn(async move { serve_until(&shared, listener, std::future::pending()).await })
}

/// Serves on a port of one side's own. While that side is offline the port is closed, so that a
/// client's attempt to connect is refused, as it would be by a computer without a network.
pub(crate) fn serve_side(shared: &Shared, listener: TcpListener, side: Side) -> io::Result<JoinHandle<()>> {
    let port = listener.local_addr()?.port();
    let shared = shared.clone();
    Ok(tokio::spawn(async move {
        let mut listener = Some(listener);
        loop {
            until_offline(&shared, side, false).await;
            let open = match listener.take() {
                Some(listener) => listener,
                None => reopen(port).await,
            };
            serve_until(&shared, open, until_offline(&shared, side, true)).await;
        }
    }))
}

async fn serve_until(shared: &Shared, listener: TcpListener, end: impl Future<Output = ()>) {
    // Dropping the sender closes every connection of this listener.
    let (open, closed) = watch::channel(());
    let service = router(shared).into_make_service_with_connect_info::<Connection>();
    tokio::select! {
        served = axum::serve(Door::new(listener, closed), service) => {
            if let Err(error) = served {
                tracing::error!(%error, "the simulator's server ended");
            }
        }
        () = end => {}
    }
    drop(open);
}

async fn until_offline(shared: &Shared, side: Side, offline: bool) {
    let mut changes = shared.changes();
    while shared.read(|world| world.is_offline(side)) != offline {
        if changes.changed().await.is_err() {
            return;
        }
    }
}

/// Takes the port again. Somebody's outgoing connection may hold it for a moment.
async fn reopen(port: u16) -> TcpListener {
    loop {
        match bind(port).await {
            Ok(listener) => return listener,
            Err(error) => {
                tracing::debug!(%error, port, "the port is still taken");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
}
