//! Against the keyring of this session. Each test asks for a session that is in
//! a certain state and so runs only when `BOOKING_MONITOR_TEST_KEYRING` names it:
//!
//! ```sh
//! # unlocked
//! dbus-run-session -- sh -c 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
//!   BOOKING_MONITOR_TEST_KEYRING=unlocked cargo test -p credentials --test secret_service'
//! # locked: once more in the same HOME, without the password
//! dbus-run-session -- sh -c 'gnome-keyring-daemon --start --components=secrets >/dev/null
//!   BOOKING_MONITOR_TEST_KEYRING=locked cargo test -p credentials --test secret_service'
//! # restarted: as unlocked; the test replaces the daemon half-way
//! # absent: no session bus
//! DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent BOOKING_MONITOR_TEST_KEYRING=absent cargo test …
//! ```
//!
//! Use a HOME of its own: the unlocked one writes and removes real entries.
#![cfg(target_os = "linux")]

use std::time::Duration;

use credentials::Keyring;
use engine::ports::{SecretName, Secrets as _, SecretsError};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

fn session_is(state: &str) -> bool {
    let named = std::env::var("BOOKING_MONITOR_TEST_KEYRING").is_ok_and(|named| named == state);
    if !named {
        eprintln!("skipped: BOOKING_MONITOR_TEST_KEYRING is not {state}");
    }
    named
}

#[tokio::test]
async fn secrets_are_kept_and_seen_by_a_second_program() {
    if !session_is("unlocked") {
        return;
    }
    let keyring = Keyring::open().await.unwrap();
    let longest = "🦀".repeat(640);
    for value in ["first", "второй", &longest] {
        keyring.set(SecretName::GreenApiToken, SecretString::from(value)).await.unwrap();
        // Another connection is as good as another process.
        let second = Keyring::open().await.unwrap();
        let read = second.get(SecretName::GreenApiToken).await.unwrap().unwrap();
        assert_eq!(read.expose_secret(), value);
    }
    assert!(keyring.get(SecretName::YclientsPartnerToken).await.unwrap().is_none());
    assert_eq!(keyring.remove(SecretName::GreenApiToken).await, Ok(true));
    assert_eq!(keyring.remove(SecretName::GreenApiToken).await, Ok(false));
    assert!(keyring.get(SecretName::GreenApiToken).await.unwrap().is_none());
}

#[tokio::test]
async fn a_keyring_that_was_restarted_is_found_again() {
    if !session_is("restarted") {
        return;
    }
    let keyring = Keyring::open().await.unwrap();
    keyring.set(SecretName::GreenApiToken, SecretString::from("kept")).await.unwrap();
    let replaced = std::process::Command::new("sh")
        .args(["-c", "printf pw | gnome-keyring-daemon --replace --unlock --components=secrets"])
        .status()
        .unwrap();
    assert!(replaced.success());
    let read = keyring.get(SecretName::GreenApiToken).await.unwrap().unwrap();
    assert_eq!(read.expose_secret(), "kept");
    assert_eq!(keyring.remove(SecretName::GreenApiToken).await, Ok(true));
}

#[tokio::test]
async fn a_locked_keyring_says_so_at_once() {
    if !session_is("locked") {
        return;
    }
    let started = Instant::now();
    assert_eq!(Keyring::open().await.unwrap_err(), SecretsError::Locked);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_session_without_a_keyring_says_so_at_once() {
    if !session_is("absent") {
        return;
    }
    let started = Instant::now();
    let error = Keyring::open().await.unwrap_err();
    assert!(matches!(error, SecretsError::Absent(_)), "{error:?}");
    eprintln!("{error}");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}
