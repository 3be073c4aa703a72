//! A wire that counts what goes over it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Between a client and a server on this computer.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    bytes: Arc<AtomicU64>,
}

impl Wire {
    /// To this server, until the runtime ends.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = bytes.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(server).await else { continue };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(carry(from_client, to_server, counted.clone()));
                tokio::spawn(carry(from_server, to_client, counted.clone()));
            }
        });
        Self { address, bytes }
    }

    /// Both ways so far, headers too.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, counted: Arc<AtomicU64>) {
    let mut part = vec![0; 64 << 10];
    while let Ok(length) = from.read(&mut part).await {
        counted.fetch_add(length as u64, Ordering::Relaxed);
        if length == 0 || to.write_all(&part[..length]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
