//! The commands the page may call, each granted by name in `capabilities/`.
//!
//! Every command is a thin function over one of the plain ones beside it, which
//! take the session and no window and so are tested without one. What takes long
//! waits in a thread of its own, and everything over the network has a time limit.

pub mod acts;
pub mod gateway;
pub mod lists;
pub mod program;
pub mod settings;
pub mod setup;
pub mod stops;
pub mod support;
pub mod template;
pub mod training;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::contract::{ErrorCode, Failure};
use crate::session::Session;

/// A command's answer.
pub type Answer<T> = Result<T, Failure>;

/// The session as Tauri hands it to a command.
pub type Here<'a> = tauri::State<'a, Arc<Session>>;

/// Longer than a person looks at a spinner.
const NETWORK_LIMIT: Duration = Duration::from_secs(40);

/// Runs what waits for the disk where it holds nobody up.
pub(crate) async fn blocking<T: Send + 'static>(
    here: Here<'_>,
    work: impl FnOnce(&Session) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let session = Arc::clone(&here);
    let language = session.language();
    tauri::async_runtime::spawn_blocking(move || work(&session))
        .await
        .unwrap_or_else(|error| Err(Failure::internal(error, language)))
}

/// Ends what takes too long over the network with the code of whoever did not answer.
pub(crate) async fn in_time<T>(
    session: &Session,
    code: ErrorCode,
    work: impl Future<Output = Answer<T>>,
) -> Answer<T> {
    match tokio::time::timeout(NETWORK_LIMIT, work).await {
        Ok(answer) => answer,
        Err(elapsed) => Err(Failure::of(code, session.language()).detail(elapsed)),
    }
}
