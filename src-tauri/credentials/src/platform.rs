//! The store of each system, and what its errors mean.

use std::error::Error as StdError;
use std::sync::Arc;

use keyring_core::{CredentialStore, Error};

/// What the platform says about itself with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(all(unix, not(target_os = "macos"))),
    expect(dead_code, reason = "the other systems' stores say neither")
)]
pub(crate) enum Meaning {
    Locked,
    Absent,
    Unknown,
}

#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
pub(crate) fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
pub(crate) fn connect() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// The Secret Service has a name for each, which its store hands through.
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn meaning(error: &(dyn StdError + Send + Sync + 'static)) -> Meaning {
    match error.downcast_ref::<secret_service::Error>() {
        // A dismissed prompt, or one that nobody is there to show.
        Some(secret_service::Error::Locked | secret_service::Error::Prompt) => Meaning::Locked,
        // No result: the service runs and has no collection to store anything in.
        Some(
            secret_service::Error::Unavailable
            | secret_service::Error::PromptDisconnected
            | secret_service::Error::NoResult,
        ) => Meaning::Absent,
        _ => Meaning::Unknown,
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(crate) fn meaning(_error: &(dyn StdError + Send + Sync + 'static)) -> Meaning {
    Meaning::Unknown
}
