//! A handshake that fails has sent nothing, and a certificate's date blames the clock.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;

use engine::error::MessengerError as Error;
use engine::ports::{Messenger, Permit, SendOutcome};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::gateway::{PHONE, client};

#[tokio::test]
async fn a_certificate_of_nobody_known_sent_nothing() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        stream.read(&mut [0; 64]).unwrap_or(0)
    });
    let outcome = client(&format!("https://localhost:{port}")).send(PHONE, "text", &Permit::endless()).await;
    assert!(matches!(outcome, SendOutcome::NotSent { error: Error::Offline(_), .. }), "{outcome:?}");
    assert_eq!(server.join().unwrap(), 0, "no byte of the request arrived");
}
