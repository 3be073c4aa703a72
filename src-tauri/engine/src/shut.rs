//! Ports behind which nobody can be asked: each call is answered with the reason.
//!
//! So the desk runs, shows what is missing, and needs no second kind of "not set up yet".

use std::time::Duration;

use async_trait::async_trait;

use crate::booking::{BookingId, CompanyId};
use crate::ports::{
    BookingQuery, Bookings, BookingsError, BranchAnswer, DeliveryWord, GatewayState, Listing, Lookup,
    Messenger, MessengerError, NumberCheck, Permit, Pushed, SendOutcome, SentMessage,
};

/// Answers every question about bookings with the reason why nobody can be asked.
#[derive(Debug)]
pub struct NoBookings(pub BookingsError);

#[async_trait]
impl Bookings for NoBookings {
    async fn list(&self, _: CompanyId, _: &BookingQuery) -> Result<Listing, BookingsError> {
        Err(self.0.clone())
    }

    async fn get(&self, _: CompanyId, _: BookingId) -> Result<Lookup, BookingsError> {
        Err(self.0.clone())
    }

    async fn branch(&self, _: CompanyId) -> Result<BranchAnswer, BookingsError> {
        Err(self.0.clone())
    }
}

/// The same for messages. Nothing is ever sent, and it says so.
#[derive(Debug)]
pub struct NoMessenger {
    /// Whose messages they would be.
    pub instance: String,
    pub error: MessengerError,
}

#[async_trait]
impl Messenger for NoMessenger {
    fn instance(&self) -> &str {
        &self.instance
    }

    async fn state(&self) -> Result<GatewayState, MessengerError> {
        Err(self.error.clone())
    }

    async fn check_number(&self, _: &str) -> Result<NumberCheck, MessengerError> {
        Err(self.error.clone())
    }

    async fn send(&self, _: &str, _: &str, _: &Permit) -> SendOutcome {
        SendOutcome::NotSent { retry_after: None, error: self.error.clone() }
    }

    async fn receive(&self, wait: Duration) -> Result<Option<Pushed>, MessengerError> {
        // As patient as a gateway with nothing to say, or its asker would turn in circles.
        tokio::time::sleep(wait).await;
        Err(self.error.clone())
    }

    async fn acknowledge(&self, _: i64) -> Result<(), MessengerError> {
        Err(self.error.clone())
    }

    async fn delivery(&self, _: &str, _: &str) -> Result<DeliveryWord, MessengerError> {
        Err(self.error.clone())
    }

    async fn queued(&self) -> Result<Vec<SentMessage>, MessengerError> {
        Err(self.error.clone())
    }

    async fn clear_queue(&self) -> Result<(), MessengerError> {
        Err(self.error.clone())
    }

    async fn journal(&self, _: &str) -> Result<Vec<SentMessage>, MessengerError> {
        Err(self.error.clone())
    }
}
