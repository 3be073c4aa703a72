//! A look at the permit between a connection and the first byte of its request.
//!
//! A client's connector is wrapped: when name, TCP and TLS are done, and before
//! the connection is handed to whoever writes the request, the permit is asked.
//! If it no longer holds, connecting has failed, the connection is dropped, and
//! there is nothing that could have been written.
//!
//! The connector is told no more than an address, so the permit goes beside it,
//! with the task: a client that keeps no connections makes each one in the task
//! of its request. Where there is no permit, nothing is written either.

use std::pin::Pin;
use std::task::{Context, Poll};

use engine::ports::Permit;
use tower::{BoxError, Layer, Service};

tokio::task_local! {
    static PERMIT: Permit;
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("the permit to write had ended when the connection stood")]
pub(super) struct TooLate;

/// Makes a request that is written only if `permit` holds when its connection stands.
/// The client must be one with [`OnlyWithPermit`].
pub(super) async fn with<T>(permit: &Permit, request: impl Future<Output = T>) -> T {
    PERMIT.scope(permit.clone(), request).await
}

/// Makes connections that are good for nothing without a permit.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnlyWithPermit;

impl<S> Layer<S> for OnlyWithPermit {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Connector(inner)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Connector<S>(S);

impl<S, Address> Service<Address> for Connector<S>
where
    S: Service<Address, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, address: Address) -> Self::Future {
        let connecting = self.0.call(address);
        Box::pin(async move {
            let connection = connecting.await?;
            match PERMIT.try_with(Permit::holds) {
                Ok(true) => Ok(connection),
                Ok(false) | Err(_) => Err(TooLate.into()),
            }
        })
    }
}
