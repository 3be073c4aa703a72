//! The operating system's keyring as the engine's [`Secrets`]: the Secret
//! Service on Linux, the Credential Manager on Windows, the Keychain on macOS.
//!
//! One entry a secret, under the service `booking-monitor`, so that each fits
//! (Windows takes 2560 bytes) and each can be seen and removed in the system's
//! own key manager. All data directories of one user share them.
//!
//! A keyring is asked by a thread of its own. Its calls block, for minutes if
//! the system asks for a password, and neither the program nor its end may wait
//! for that; see `worker`.
//!
//! Architecture invariant: there is no second place for secrets. Where the
//! keyring does not work, the answer is an error, never a file.

mod fault;
mod platform;
#[cfg(test)]
mod tests;
mod worker;

use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{Marks, SecretName, Secrets, SecretsError};
use keyring_core::api::CredentialPersistence;
use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret as _, SecretString};

use crate::worker::{Connect, Worker};

/// The name of every entry's service.
const SERVICE: &str = "booking-monitor";
/// How long a call may take. A person who is asked for the keyring's password
/// needs longer; the call after that finds it open.
const LIMIT: Duration = Duration::from_secs(10);
/// What the Windows Credential Manager takes, in UTF-16. The same everywhere,
/// so that a secret that works on one computer works on any.
const MAX_BYTES: usize = 2560;

/// The keyring of this user. Dropping it leaves a call in progress to itself.
#[derive(Debug)]
pub struct Keyring {
    worker: Worker,
}

impl Keyring {
    /// Opens the keyring and proves that it keeps what it is given: writes an
    /// entry with a random name, reads it back, removes it.
    ///
    /// Fails with [`SecretsError::NotKept`] where a store only pretends, and as
    /// every call does where it is locked, absent or silent. It may be tried
    /// again at any time: nothing of a failure is remembered.
    pub async fn open() -> Result<Self, SecretsError> {
        Self::open_with(Box::new(platform::connect), LIMIT).await
    }

    /// The same in two steps, for whoever tries again and again: one that is not
    /// proved yet. However often [`Keyring::prove`] is left hanging, it is one
    /// thread and one prompt.
    pub fn unproved() -> Result<Self, SecretsError> {
        Ok(Self { worker: Worker::start(Box::new(platform::connect), LIMIT)? })
    }

    async fn open_with(connect: Connect, limit: Duration) -> Result<Self, SecretsError> {
        let keyring = Self { worker: Worker::start(connect, limit)? };
        keyring.prove().await?;
        Ok(keyring)
    }

    /// The round trip of [`Keyring::open`].
    pub async fn prove(&self) -> Result<(), SecretsError> {
        let (name, value) =
            (format!("probe-{:016x}", rand::random::<u64>()), format!("{:032x}", rand::random::<u128>()));
        let kept = self.worker.ask(move |store| probe(store, &name, &value)).await?;
        if kept { Ok(()) } else { Err(SecretsError::NotKept) }
    }
}

#[async_trait]
impl Secrets for Keyring {
    async fn get(&self, name: SecretName) -> Result<Option<SecretString>, SecretsError> {
        let read = move |store: &CredentialStore| {
            entry(store, name.as_str())?.get_password().map(SecretString::from)
        };
        self.worker.ask(move |store| absent_as_none(read(store))).await
    }

    async fn set(&self, name: SecretName, value: SecretString) -> Result<(), SecretsError> {
        let text = value.expose_secret();
        if text.is_empty() {
            return Err(SecretsError::Refused("a secret cannot be empty".to_owned()));
        }
        if 2 * text.encode_utf16().count() > MAX_BYTES {
            return Err(SecretsError::TooLong { limit: MAX_BYTES });
        }
        self.worker.ask(move |store| entry(store, name.as_str())?.set_password(value.expose_secret())).await
    }

    async fn remove(&self, name: SecretName) -> Result<bool, SecretsError> {
        let remove = move |store: &CredentialStore| entry(store, name.as_str())?.delete_credential();
        self.worker.ask(move |store| absent_as_none(remove(store)).map(|removed| removed.is_some())).await
    }
}

/// Beside the secrets, under names of the engine's.
#[async_trait]
impl Marks for Keyring {
    async fn mark(&self, name: &str) -> Result<Option<String>, SecretsError> {
        let name = name.to_owned();
        self.worker.ask(move |store| absent_as_none(entry(store, &name)?.get_password())).await
    }

    async fn set_mark(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        if 2 * value.encode_utf16().count() > MAX_BYTES {
            return Err(SecretsError::TooLong { limit: MAX_BYTES });
        }
        let (name, value) = (name.to_owned(), value.to_owned());
        self.worker.ask(move |store| entry(store, &name)?.set_password(&value)).await
    }

    async fn remove_mark(&self, name: &str) -> Result<bool, SecretsError> {
        let name = name.to_owned();
        let removed =
            self.worker.ask(move |store| absent_as_none(entry(store, &name)?.delete_credential())).await?;
        Ok(removed.is_some())
    }
}

fn entry(store: &CredentialStore, name: &str) -> Result<Entry, Error> {
    store.build(SERVICE, name, None)
}

fn absent_as_none<T>(outcome: Result<T, Error>) -> Result<Option<T>, Error> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether what is written comes back, through an entry made anew: a store that
/// keeps values in the entry itself would pass otherwise.
fn probe(store: &CredentialStore, name: &str, value: &str) -> Result<bool, Error> {
    use CredentialPersistence::{EntryOnly, ProcessOnly, UntilLogout, UntilReboot};
    if matches!(store.persistence(), EntryOnly | ProcessOnly | UntilLogout | UntilReboot) {
        return Ok(false);
    }
    entry(store, name)?.set_password(value)?;
    let read = absent_as_none(entry(store, name)?.get_password());
    // Removed also when it could not be read; what cannot be removed was not kept.
    let removed = absent_as_none(entry(store, name)?.delete_credential());
    Ok(read?.as_deref() == Some(value) && removed?.is_some())
}
