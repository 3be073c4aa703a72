//! The thread that talks to the keyring.
//!
//! Not tokio's blocking pool: a runtime waits for that one when it ends, and a
//! call that hangs in a password prompt would hold the program's exit. This
//! thread belongs to nobody; it ends after the call in progress once its
//! [`Worker`] is gone, or with the process.
//!
//! There is one, so a hanging keyring costs one thread however often it is
//! asked. Who waits in the queue waits no longer than anybody else.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use engine::ports::SecretsError;
use keyring_core::{CredentialStore, Error};
use tokio::sync::oneshot;

use crate::fault;

/// Makes a connection to the keyring.
pub(crate) type Connect = Box<dyn Fn() -> Result<Arc<CredentialStore>, Error> + Send>;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
    limit: Duration,
}

/// The keyring, once it has been reached.
struct Connection {
    connect: Connect,
    store: Option<Arc<CredentialStore>>,
}

impl Worker {
    pub(crate) fn start(connect: Connect, limit: Duration) -> Result<Self, SecretsError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let mut connection = Connection { connect, store: None };
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                for job in queue {
                    // Its asker is told that the thread has ended; the next one is answered by it all the same.
                    if catch_unwind(AssertUnwindSafe(|| job(&mut connection))).is_err() {
                        connection.store = None;
                    }
                }
            })
            .map_err(|error| SecretsError::Refused(format!("no thread to ask it on: {error}")))?;
        Ok(Self { jobs, limit })
    }

    /// Asks the keyring, for no longer than the limit. A question whose asker
    /// has gone before its turn is not put any more.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&CredentialStore) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, SecretsError> {
        let (reply, answer) = oneshot::channel();
        let job = move |connection: &mut Connection| {
            if !reply.is_closed() {
                // Nobody listens any more: the limit has passed.
                let _ = reply.send(connection.ask(&question));
            }
        };
        let gone = || SecretsError::Refused("its thread has ended".to_owned());
        self.jobs.send(Box::new(job)).map_err(|_| gone())?;
        match tokio::time::timeout(self.limit, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(gone()),
            Err(_) => {
                tracing::warn!(limit_s = self.limit.as_secs(), "the keyring does not answer");
                Err(SecretsError::TimedOut)
            }
        }
    }
}

impl Connection {
    fn ask<T>(&mut self, question: impl Fn(&CredentialStore) -> Result<T, Error>) -> Result<T, SecretsError> {
        let known = self.store.is_some();
        let store = self.store()?;
        match question(store.as_ref()) {
            Ok(answer) => Ok(answer),
            Err(error) if fault::may_be_a_lost_connection(&error) => {
                // The keyring's process was restarted: its old connection is dead for good.
                self.store = None;
                if !known {
                    return Err(fault::of_call(&error));
                }
                question(self.store()?.as_ref()).map_err(|error| fault::of_call(&error))
            }
            Err(error) => Err(fault::of_call(&error)),
        }
    }

    fn store(&mut self) -> Result<Arc<CredentialStore>, SecretsError> {
        if let Some(store) = &self.store {
            return Ok(Arc::clone(store));
        }
        let store = (self.connect)().map_err(|error| fault::of_connect(&error))?;
        Ok(Arc::clone(self.store.insert(store)))
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("limit", &self.limit).finish_non_exhaustive()
    }
}
