//! A keyring that ends with its value: the demo's, the training's and the tests'.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;

use super::{Marks, SecretName, Secrets, SecretsError};

/// Marks alone.
#[derive(Debug, Default)]
pub struct MarksInMemory(Mutex<BTreeMap<String, String>>);

/// Secrets and marks.
#[derive(Debug, Default)]
pub struct SecretsInMemory {
    secrets: Mutex<HashMap<SecretName, SecretString>>,
    marks: MarksInMemory,
}

impl SecretsInMemory {
    /// With these in it.
    pub fn with(secrets: impl IntoIterator<Item = (SecretName, SecretString)>) -> Self {
        Self { secrets: Mutex::new(secrets.into_iter().collect()), marks: MarksInMemory::default() }
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<SecretName, SecretString>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MarksInMemory {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Marks for MarksInMemory {
    async fn mark(&self, name: &str) -> Result<Option<String>, SecretsError> {
        Ok(self.kept().get(name).cloned())
    }

    async fn set_mark(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.kept().insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    async fn remove_mark(&self, name: &str) -> Result<bool, SecretsError> {
        Ok(self.kept().remove(name).is_some())
    }
}

#[async_trait]
impl Marks for SecretsInMemory {
    async fn mark(&self, name: &str) -> Result<Option<String>, SecretsError> {
        self.marks.mark(name).await
    }

    async fn set_mark(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.marks.set_mark(name, value).await
    }

    async fn remove_mark(&self, name: &str) -> Result<bool, SecretsError> {
        self.marks.remove_mark(name).await
    }
}

#[async_trait]
impl Secrets for SecretsInMemory {
    async fn get(&self, name: SecretName) -> Result<Option<SecretString>, SecretsError> {
        Ok(self.kept().get(&name).cloned())
    }

    async fn set(&self, name: SecretName, value: SecretString) -> Result<(), SecretsError> {
        self.kept().insert(name, value);
        Ok(())
    }

    async fn remove(&self, name: SecretName) -> Result<bool, SecretsError> {
        Ok(self.kept().remove(&name).is_some())
    }
}
