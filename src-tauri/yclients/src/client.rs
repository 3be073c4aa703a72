//! The engine's view of YClients: list, look up, and the facts of a branch.

use std::sync::Arc;

use async_trait::async_trait;
use engine::booking::{BookingId, CompanyId};
use engine::error::BookingsError;
use engine::ports::{BookingQuery, Bookings, BranchAnswer, Listing, Lookup};
use secrecy::SecretString;

use crate::address::ConfigError;
use crate::errors;
use crate::http::{Config, Http};
use crate::pace::{Lane, Pace};
use crate::wire;

/// Speaks to one server in the name of one user.
#[derive(Debug)]
pub struct Client {
    pub(crate) http: Http,
}

impl Client {
    /// Nothing is asked yet. The client keeps a pace of its own, see [`Client::sharing`].
    pub fn new(config: &Config, partner: SecretString, user: SecretString) -> Result<Self, ConfigError> {
        Ok(Self { http: Http::new(config, vec![partner, user])? })
    }

    /// Keeps step with another client: the server counts requests by address.
    #[must_use]
    pub fn sharing(mut self, pace: Arc<Pace>) -> Self {
        self.http.set_pace(pace);
        self
    }

    /// The pace to share.
    pub fn pace(&self) -> Arc<Pace> {
        Arc::clone(self.http.pace())
    }
}

#[async_trait]
impl Bookings for Client {
    async fn list(&self, company: CompanyId, query: &BookingQuery) -> Result<Listing, BookingsError> {
        crate::listing::list(&self.http, company, query).await
    }

    async fn get(&self, company: CompanyId, id: BookingId) -> Result<Lookup, BookingsError> {
        let path = ["record", &company.to_string(), &id.to_string()];
        let answer = self.http.get(Lane::Urgent, &path, &[]).await?;
        let envelope = match self.http.open(&answer) {
            // Gone cancels a message, so it takes this server's own word about this
            // booking. A proxy's page, or a 404 about the branch (a wrong number in
            // the settings, a branch that left the network), says nothing about it.
            Err(BookingsError::NotFound(message))
                if wire::is_refusal(&answer.body) && !errors::is_about_branch(&message) =>
            {
                return Ok(Lookup::Gone);
            }
            opened => opened?,
        };
        let data = envelope.data().map_err(BookingsError::Unreadable)?;
        let booking =
            wire::record(data, company).map_err(|unread| BookingsError::Unreadable(unread.to_string()))?;
        if booking.id != id {
            return Err(BookingsError::Unreadable(format!("booking {id} was asked for, another came")));
        }
        Ok(Lookup::Found(Box::new(booking)))
    }

    async fn branch(&self, company: CompanyId) -> Result<BranchAnswer, BookingsError> {
        // The trailing slash is part of the documented path.
        let path = ["company", &company.to_string(), ""];
        let answer = self.http.get(Lane::Ordinary, &path, &[("my", "1".into())]).await?;
        let data = self.http.open(&answer)?.data().map_err(BookingsError::Unreadable)?;
        let facts = wire::company(data, company).map_err(BookingsError::Unreadable)?;
        Ok(BranchAnswer { facts, server_time: answer.date })
    }

    async fn user_names(&self, company: CompanyId) -> Result<Vec<(i64, String)>, BookingsError> {
        let users = self.users(company).await?;
        Ok(users.into_iter().filter(|user| !user.name.is_empty()).map(|user| (user.id, user.name)).collect())
    }
}
