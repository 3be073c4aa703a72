//! Taking back what lies in the queue of an account without a phone.
//!
//! It would leave the moment one is linked, perhaps tomorrow, when nobody expects
//! it. The gateway can only throw everything away, so the program does that by
//! itself only where everything is its own and certainly stays there meanwhile;
//! what is anything else is for a person to decide before linking.

use std::collections::HashSet;
use std::time::Duration;

use super::{ClearError, find_unsettled};
use crate::notification::NotificationId;
use crate::outbox::{Actor, Outbox};
use crate::ports::{Clock, GatewayState, Messenger};

/// A gateway shows so many of its queue; whether there are more nobody can tell.
const SHOWN_AT_MOST: usize = 500;

/// How often it is looked, besides the last time, whether the queue is empty now.
const LOOKS: usize = 3;
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// What taking back came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taking {
    /// Nothing lies there, or the account is in another state by now.
    Nothing,
    /// These rows wait for a person.
    Taken(Vec<NotificationId>),
    /// So many messages lie there still: not all of them ours, or more than can be seen, or the
    /// gateway keeps them.
    Left(usize),
}

/// Takes back what lies in the account's queue, if it may.
///
/// Nothing of ours may be on its way meanwhile: the one who sends asks for it, between two messages.
pub async fn take_back(
    outbox: &Outbox,
    messenger: &dyn Messenger,
    clock: &dyn Clock,
) -> Result<Taking, ClearError> {
    if !is_unlinked(messenger).await? {
        return Ok(Taking::Nothing);
    }
    let before = messenger.queued().await?;
    if before.is_empty() {
        return Ok(Taking::Nothing);
    }
    if before.len() >= SHOWN_AT_MOST {
        return Ok(Taking::Left(before.len()));
    }
    find_unsettled(outbox, messenger, &before, clock)?;
    for message in &before {
        if !outbox.is_lying(messenger.instance(), &message.id)? {
            return Ok(Taking::Left(before.len()));
        }
    }
    // Without its word nothing is known: it may be at it still, or have lost the answer on its way.
    messenger.clear_queue().await?;
    let (after, still_unlinked) = confirmed(messenger).await?;
    if !still_unlinked {
        // A phone was linked meanwhile, and what is gone may have left.
        return Ok(Taking::Nothing);
    }
    let gone: Vec<String> =
        before.into_iter().map(|message| message.id).filter(|id| !after.contains(id)).collect();
    if after.is_empty() {
        return Ok(Taking::Taken(outbox.taken_back(&gone, clock.now())?));
    }
    // Something else came in between. What is gone was not sent, and whether it still goes is a new
    // message's question.
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    if !gone.is_empty() {
        outbox.gateway_cleared(&gone, &Actor::Program, clock.now())?;
    }
    Ok(Taking::Left(after.len()))
}

/// What lies there after the clearing, and whether the account is still without a phone. Asked more
/// than once: what is not confirmed now is not taken back, for nobody could tell later.
async fn confirmed(messenger: &dyn Messenger) -> Result<(HashSet<String>, bool), ClearError> {
    let look = async || {
        let after = messenger.queued().await?.into_iter().map(|message| message.id).collect();
        Ok::<_, ClearError>((after, is_unlinked(messenger).await?))
    };
    for _ in 0..LOOKS {
        if let Ok(seen) = look().await {
            return Ok(seen);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    look().await
}

/// Exactly that: an account that starts may begin to send at any moment.
async fn is_unlinked(messenger: &dyn Messenger) -> Result<bool, ClearError> {
    Ok(messenger.state().await? == GatewayState::NotAuthorised)
}

#[cfg(test)]
mod tests;
