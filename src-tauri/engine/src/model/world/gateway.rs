//! The gateway of the model's world.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use super::{JOURNAL_LAG, KIND, World};
use crate::clock::TimeSource;
use crate::model::actions::{Answer, Point};
use crate::ports::{
    DeliveryWord, GatewayState, Messenger, MessengerError, NumberCheck, Permit, Pushed, SendOutcome,
    SentMessage,
};

/// The gateway, as one account of it.
pub(super) struct Gateway {
    pub(super) world: Arc<World>,
    pub(super) instance: String,
}

#[async_trait]
impl Messenger for Gateway {
    fn instance(&self) -> &str {
        &self.instance
    }

    async fn state(&self) -> Result<GatewayState, MessengerError> {
        self.world.pass_through(Point::StateAsked).await;
        let takes = self.world.inner().look_takes;
        sleep(takes).await;
        self.world.tell_time(TimeSource::Gateway);
        let linked = self.world.inner().linked;
        Ok(if linked { GatewayState::Authorised } else { GatewayState::NotAuthorised })
    }

    async fn check_number(&self, _: &str) -> Result<NumberCheck, MessengerError> {
        self.world.pass_through(Point::NumberAsked).await;
        let takes = self.world.inner().look_takes;
        sleep(takes).await;
        Ok(NumberCheck::Exists)
    }

    async fn send(&self, phone: &str, text: &str, permit: &Permit) -> SendOutcome {
        let world = &self.world;
        let claimed = world.boot();
        crate::model::claims::judge_claim(world, &self.instance, phone, text);
        world.pass_through(Point::SendBegun).await;
        if !permit.holds() {
            return SendOutcome::NotSent { retry_after: None, error: MessengerError::Overslept };
        }
        crate::model::claims::judge_first_byte(world, claimed);
        let (fate, takes) = {
            let mut inner = world.inner();
            (inner.fates.pop_front().unwrap_or(KIND), inner.send_takes)
        };
        let arrives = matches!(fate.answer, Answer::Accepted | Answer::AmbiguousArrived);
        let mut id = None;
        if arrives && fate.early {
            id = Some(world.arrive(phone, text, fate));
            world.pass_through(Point::SendTaken).await;
        }
        sleep(takes).await;
        if arrives && !fate.early {
            id = Some(world.arrive(phone, text, fate));
            world.pass_through(Point::SendTaken).await;
        }
        match fate.answer {
            Answer::Accepted => SendOutcome::Accepted { id: id.unwrap_or_default() },
            Answer::Offline => {
                let error = MessengerError::Offline("refused".to_owned());
                SendOutcome::NotSent { retry_after: None, error }
            }
            Answer::RateLimited => {
                let retry_after = Some(Duration::from_secs(20));
                SendOutcome::NotSent { retry_after, error: MessengerError::RateLimited { retry_after } }
            }
            Answer::Rejected => SendOutcome::Rejected { error: MessengerError::Quota },
            Answer::AmbiguousArrived | Answer::AmbiguousLost => {
                SendOutcome::Ambiguous { why: "reset".to_owned() }
            }
        }
    }

    async fn receive(&self, wait: Duration) -> Result<Option<Pushed>, MessengerError> {
        let now = self.world.monotonic();
        let front = {
            let inner = self.world.inner();
            let ready = inner.pushed.iter().position(|(at, _)| *at <= now);
            ready.map(|index| (index, inner.pushed[index].1.clone()))
        };
        if let Some((index, event)) = front {
            return Ok(Some(Pushed::new(i64::try_from(index).unwrap(), event)));
        }
        sleep(wait.min(Duration::from_secs(1))).await;
        Ok(None)
    }

    async fn acknowledge(&self, receipt: i64) -> Result<(), MessengerError> {
        self.world.inner().pushed.remove(usize::try_from(receipt).unwrap());
        Ok(())
    }

    async fn delivery(&self, _: &str, _: &str) -> Result<DeliveryWord, MessengerError> {
        Ok(DeliveryWord::Nothing)
    }

    async fn queued(&self) -> Result<Vec<SentMessage>, MessengerError> {
        self.reachable()?;
        Ok(self.world.shown(None, |arrival, age| arrival.fate.in_queue && age < JOURNAL_LAG))
    }

    async fn clear_queue(&self) -> Result<(), MessengerError> {
        Err(MessengerError::Refused("nobody in this world clears it".to_owned()))
    }

    async fn journal(&self, phone: &str) -> Result<Vec<SentMessage>, MessengerError> {
        self.reachable()?;
        Ok(self.world.shown(Some(phone), |arrival, age| arrival.fate.in_journal && age >= JOURNAL_LAG))
    }
}

impl Gateway {
    fn reachable(&self) -> Result<(), MessengerError> {
        if self.world.inner().unreachable { Err(MessengerError::Offline("down".to_owned())) } else { Ok(()) }
    }
}
