//! Where the window's commands find credentials: the keyring, opened when the
//! first of them needs it, or the training's own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use credentials::Keyring;
use engine::ports::{SecretName, Secrets, SecretsError};
use secrecy::SecretString;

/// Where secrets come from.
pub struct Vault(Kind);

enum Kind {
    /// Kept open once it was; what failed is tried again.
    Keyring(tokio::sync::Mutex<Option<Arc<dyn Secrets>>>),
    Given(Arc<dyn Secrets>),
}

impl Vault {
    /// The operating system's keyring.
    pub fn keyring() -> Self {
        Self(Kind::Keyring(tokio::sync::Mutex::default()))
    }

    /// Somewhere else: in training and in tests.
    pub fn given(secrets: Arc<dyn Secrets>) -> Self {
        Self(Kind::Given(secrets))
    }

    /// The secrets, or why there are none. Takes ten seconds at most.
    pub async fn open(&self) -> Result<Arc<dyn Secrets>, SecretsError> {
        match &self.0 {
            Kind::Given(secrets) => Ok(Arc::clone(secrets)),
            Kind::Keyring(cell) => {
                if let Some(open) = &*cell.lock().await {
                    return Ok(Arc::clone(open));
                }
                let opened: Arc<dyn Secrets> = Arc::new(Keyring::open().await?);
                *cell.lock().await = Some(Arc::clone(&opened));
                Ok(opened)
            }
        }
    }
}

/// Secrets that end with the process.
#[derive(Default)]
pub struct SecretsInMemory(Mutex<HashMap<SecretName, SecretString>>);

impl SecretsInMemory {
    /// With these in it.
    pub fn with(secrets: impl IntoIterator<Item = (SecretName, SecretString)>) -> Self {
        Self(Mutex::new(secrets.into_iter().collect()))
    }
}

#[async_trait]
impl Secrets for SecretsInMemory {
    async fn get(&self, name: SecretName) -> Result<Option<SecretString>, SecretsError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned())
    }

    async fn set(&self, name: SecretName, value: SecretString) -> Result<(), SecretsError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, value);
        Ok(())
    }

    async fn remove(&self, name: SecretName) -> Result<bool, SecretsError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&name).is_some())
    }
}
