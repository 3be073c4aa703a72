//! What a person did while nobody worked: the keyring is told of it by whoever did it.
//!
//! Where the owner works, it does that itself, beside its work. Without it an older copy of the
//! database, put back afterwards, would undo the act unnoticed.

use std::sync::Arc;
use std::time::Duration;

use credentials::Keyring;
use engine::desk::{self, OwnerLock};
use engine::ports::Secrets;
use tracing::debug;

use crate::cli::{Bookings, Command, Gateway, Queue};
use crate::session::Session;
use crate::{runtime, world};

/// A keyring that is locked or silent is not waited for: the act is done.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether a command is an act that an older copy of the database would undo.
pub(super) const fn is_act(command: Option<&Command>) -> bool {
    match command {
        Some(Command::Queue { act: Some(act) }) => !matches!(act, Queue::List { .. }),
        Some(Command::Gateway { act }) => !matches!(act, Gateway::Queue),
        Some(Command::OptOut { phone }) => phone.is_some(),
        Some(
            Command::Pause { .. }
            | Command::Resume
            | Command::OptIn { .. }
            | Command::Forget { .. }
            | Command::Stops { act: Some(_) }
            | Command::Aside { act: Some(_) }
            | Command::Bookings { act: Bookings::Import { .. } },
        ) => true,
        _ => false,
    }
}

pub(super) fn remember(session: &Session) {
    if OwnerLock::is_held(&session.dir) {
        return;
    }
    let Ok(outbox) = session.outbox() else { return };
    let kept = runtime::block_on(async {
        let keyring = Arc::new(Keyring::unproved()?) as Arc<dyn Secrets>;
        let place = world::place(&Ok(keyring), &session.dir);
        match tokio::time::timeout(PATIENCE, desk::remember(&outbox, &place)).await {
            Ok(kept) => Ok(kept?),
            Err(_) => Ok(()),
        }
    });
    if kept.is_err() {
        debug!("the keyring was not told of the act");
    }
}
