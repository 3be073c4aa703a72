//! Where the window's commands find credentials: the keyring, opened when the
//! first of them needs it, or the training's own.

use std::sync::Arc;

use credentials::Keyring;
use engine::ports::{Secrets, SecretsError};

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
