//! Real handshakes with throw-away certificates.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;

use engine::booking::CompanyId;
use engine::error::BookingsError;
use engine::ports::Bookings;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use yclients::{Client, Config};

use crate::server::config;

/// A server with a certificate valid in `years`, and the root that signed it, in PEM.
fn server(years: (i32, i32)) -> (String, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    leaf.not_before = date_time_ymd(years.0, 1, 1);
    leaf.not_after = date_time_ymd(years.1, 1, 1);
    let leaf = leaf.signed_by(&key, &root).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();

    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            // The request is read, and never answered.
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    (format!("https://localhost:{port}"), root.pem())
}

async fn ask(config: &Config) -> BookingsError {
    let client = Client::new(config, "partner".into(), "user".into()).unwrap();
    client.branch(CompanyId(31)).await.unwrap_err()
}

#[tokio::test]
async fn a_certificate_out_of_date_blames_the_date() {
    for years in [(2001, 2002), (2900, 2901)] {
        let (address, root) = server(years);
        let config = Config { extra_root: Some(root.into()), ..config(&address) };
        let error = ask(&config).await;
        assert!(matches!(error, BookingsError::Certificate(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_certificate_of_nobody_known_is_no_connection() {
    let (address, _) = server((2001, 2900));
    let error = ask(&config(&address)).await;
    assert!(matches!(error, BookingsError::Offline(_)), "{error:?}");
}

#[tokio::test]
async fn an_extra_root_is_trusted() {
    let (address, root) = server((2001, 2900));
    let config = Config { extra_root: Some(root.into()), ..config(&address) };
    let error = ask(&config).await;
    // Past the handshake: the connection then ended without an answer.
    assert!(matches!(&error, BookingsError::Offline(why) if !why.contains("certificate")), "{error:?}");
}
