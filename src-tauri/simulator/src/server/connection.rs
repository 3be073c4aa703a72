//! A listener whose connections can be cut from inside a handler.
//!
//! A handler can only return an answer, and an answer is bytes. To let a client see a connection
//! that ends without one, the handler limits what its connection may still write; the next write
//! then fails, and hyper drops the socket.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const UNLIMITED: u64 = u64::MAX;

/// The handle a handler has on the connection its request came by.
#[derive(Clone, Debug)]
pub(crate) struct Connection(Arc<Limit>);

#[derive(Debug)]
struct Limit {
    may_write: AtomicU64,
    /// Ends by a reset, as a cut cable would; an orderly end lets the bytes before it arrive.
    reset: AtomicBool,
}

impl Connection {
    /// Lets so many more bytes out, then ends the connection; with none left it is reset.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.0.reset.store(bytes == 0, Ordering::Release);
        self.0.may_write.store(bytes, Ordering::Release);
    }
}

impl Connected<IncomingStream<'_, Door>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(Arc::clone(&stream.io().limit))
    }
}

/// Accepts connections that can be cut, and that end when the server goes.
#[derive(Debug)]
pub(crate) struct Door {
    listener: TcpListener,
    closed: watch::Receiver<()>,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, closed: watch::Receiver<()>) -> Self {
        Self { listener, closed }
    }
}

impl Listener for Door {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        // axum's own listener knows which errors of accept are to be waited out.
        let (inner, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = inner.set_nodelay(true) {
            tracing::debug!(%error, "the connection keeps its small delays");
        }
        let mut closed = self.closed.clone();
        let stream = Stream {
            inner,
            limit: Arc::new(Limit { may_write: AtomicU64::new(UNLIMITED), reset: AtomicBool::new(false) }),
            // Nothing is ever sent: the wait ends when the sender is dropped.
            closed: Box::pin(async move { while closed.changed().await.is_ok() {} }),
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with a limit on what it may write.
pub(crate) struct Stream {
    inner: TcpStream,
    limit: Arc<Limit>,
    closed: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Stream {
    fn is_closed(&mut self, context: &mut Context<'_>) -> bool {
        self.closed.as_mut().poll(context).is_ready()
    }

    fn prepare_end(&self) {
        if self.limit.reset.load(Ordering::Acquire)
            && let Err(error) = self.inner.set_zero_linger()
        {
            tracing::debug!(%error, "the connection ends in order instead of by a reset");
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_closed(context) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let left = self.limit.may_write.load(Ordering::Acquire);
        if left == UNLIMITED {
            return Pin::new(&mut self.inner).poll_write(context, bytes);
        }
        let allowed = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        if allowed == 0 {
            self.prepare_end();
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = Pin::new(&mut self.inner).poll_write(context, &bytes[..allowed]);
        if let Poll::Ready(Ok(count)) = &written {
            let count = u64::try_from(*count).unwrap_or(u64::MAX);
            self.limit.may_write.store(left.saturating_sub(count), Ordering::Release);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.prepare_end();
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
