//! GREEN-API: a gateway to WhatsApp with an account (an *instance*) per phone.
//!
//! The token is a part of every address, and the gateway repeats the address in
//! some of its refusals. So no address leaves this module: errors are stripped of
//! theirs, and of a refusal only its message is kept, with the token struck out.

mod address;
mod first_byte;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
mod incoming;
mod journal;
mod method;
mod notification;
mod number;
mod outcome;
mod refusal;
mod settings;
mod shop_mark;
mod state;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{
    DeliveryWord, GatewayState, Messenger, MessengerError, NumberCheck, Permit, Pushed, SendOutcome,
    SentMessage,
};
use secrecy::SecretString;
use serde_json::{Value, json};

pub use address::{Config, ConfigError};
pub use settings::{MissingSetting, Qr, Settings};
pub use shop_mark::Marked;

use http::{Http, Reply};
use method::Method;

/// How long the gateway can be asked to wait for a notification, in seconds.
const SHORTEST_WAIT: u64 = 5;
const LONGEST_WAIT: u64 = 60;
/// How long its answer may take beyond that.
const WAIT_SLACK: Duration = Duration::from_secs(15);
/// As many of a chat's last messages as a look-up after a lost answer needs.
const JOURNAL: usize = 20;

/// One instance of GREEN-API.
pub struct GreenApi {
    http: Http,
    instance: String,
    /// Chats that hide their number, by the number that was asked about.
    chats: Mutex<HashMap<String, String>>,
}

impl fmt::Debug for GreenApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GreenApi").field("instance", &self.instance).finish_non_exhaustive()
    }
}

impl GreenApi {
    /// Nothing is asked yet.
    #[expect(clippy::needless_pass_by_value, reason = "whoever has a secret to give away keeps none")]
    pub fn new(config: &Config, token: SecretString) -> Result<Self, ConfigError> {
        let instance = format!("green-api:{}", config.instance_id.trim());
        Ok(Self { http: Http::new(config, &token)?, instance, chats: Mutex::default() })
    }

    /// A look-up that must be answered with JSON.
    async fn ask(&self, method: Method, body: Option<&Value>) -> Result<Reply, MessengerError> {
        let reply = self.http.call(method, body, None).await?;
        self.http.accept(reply)
    }
}

#[async_trait]
impl Messenger for GreenApi {
    fn instance(&self) -> &str {
        &self.instance
    }

    async fn state(&self) -> Result<GatewayState, MessengerError> {
        let answer = self.ask(Method::State, None).await?.json()?;
        match answer.get("stateInstance").and_then(Value::as_str) {
            Some(word) => Ok(state::state(word)),
            None => Err(MessengerError::Unreadable("it names no state".into())),
        }
    }

    async fn amiss(&self) -> Result<Vec<String>, MessengerError> {
        let missing = self.settings().await?.missing;
        Ok(missing.into_iter().map(|setting| setting.name().to_owned()).collect())
    }

    async fn check_number(&self, phone: &str) -> Result<NumberCheck, MessengerError> {
        let number = number::digits(phone).and_then(|digits| digits.parse::<u64>().ok());
        let number = number.ok_or_else(not_international)?;
        let answer = self.ask(Method::CheckNumber, Some(&json!({ "phoneNumber": number }))).await?.json()?;
        // Beside it stands a chat id, which may be of the kind that hides the number (`@lid`). Messages go
        // by number all the same; but what that chat writes is known to be this number's from now on.
        let named = journal::text(&answer, "/phoneNumber").map(|chat| number::phone(&chat));
        let chat = journal::text(&answer, "/chatId").filter(|chat| number::hides_number(chat));
        if let (Some(chat), true) = (chat, named.as_deref() == Some(phone)) {
            self.chats.lock().unwrap_or_else(PoisonError::into_inner).insert(phone.to_owned(), chat);
        }
        match answer.get("existsWhatsapp").and_then(Value::as_bool) {
            Some(true) => Ok(NumberCheck::Exists),
            Some(false) => Ok(NumberCheck::Absent),
            None => Err(MessengerError::Unreadable("it does not say whether the number exists".into())),
        }
    }

    fn chat_of(&self, phone: &str) -> Option<String> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner).get(phone).cloned()
    }

    async fn send(&self, phone: &str, text: &str, permit: &Permit) -> SendOutcome {
        let Some(chat) = number::chat(phone) else {
            return SendOutcome::Rejected { error: not_international() };
        };
        let body = json!({ "chatId": chat, "message": text, "linkPreview": false });
        outcome::of(&self.http, self.http.send(&body, permit).await)
    }

    async fn receive(&self, wait: Duration) -> Result<Option<Pushed>, MessengerError> {
        let wait = wait.as_secs().clamp(SHORTEST_WAIT, LONGEST_WAIT);
        let limit = Duration::from_secs(wait) + WAIT_SLACK;
        let reply = self.http.call(Method::Receive { wait }, None, Some(limit)).await?;
        if reply.status == 408 {
            // Another way to say that nothing came.
            return Ok(None);
        }
        notification::parse(&self.http.accept(reply)?.body)
    }

    async fn acknowledge(&self, receipt: i64) -> Result<(), MessengerError> {
        let reply = self.http.call(Method::Acknowledge { receipt }, None, None).await?;
        // It stumbles over what is gone already, in more than one manner. Gone is what was wanted.
        if refusal::is_gone(reply.status, &reply.body) {
            return Ok(());
        }
        // What a success says beyond that is all one: `result: false` means the same.
        match self.http.accept(reply) {
            Err(MessengerError::Refused(why)) if refusal::is_gone(400, &why) => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn delivery(&self, phone: &str, id: &str) -> Result<DeliveryWord, MessengerError> {
        let chat = number::chat(phone).ok_or_else(not_international)?;
        let body = json!({ "chatId": chat, "idMessage": id });
        match self.ask(Method::Message, Some(&body)).await {
            Ok(reply) => journal::delivery(&reply.body),
            Err(MessengerError::Refused(why)) if why.to_lowercase().contains("not found") => {
                Ok(DeliveryWord::Nothing)
            }
            Err(error) => Err(error),
        }
    }

    async fn queued(&self) -> Result<Vec<SentMessage>, MessengerError> {
        journal::queue(&self.ask(Method::Queue, None).await?.body)
    }

    async fn clear_queue(&self) -> Result<(), MessengerError> {
        let answer = self.ask(Method::ClearQueue, None).await?.json()?;
        match answer.get("isCleared").and_then(Value::as_bool) {
            Some(true) => Ok(()),
            Some(false) => {
                let reason = answer.get("reason").and_then(Value::as_str).unwrap_or("it gives no reason");
                Err(MessengerError::NotCleared(self.http.quotable(reason)))
            }
            None => Err(MessengerError::Unreadable("it does not say whether its queue is cleared".into())),
        }
    }

    async fn shop_mark(&self) -> Result<Option<String>, MessengerError> {
        self.mark_text().await
    }

    async fn journal(&self, phone: &str) -> Result<Vec<SentMessage>, MessengerError> {
        let chat = number::chat(phone).ok_or_else(not_international)?;
        let body = json!({ "chatId": chat, "count": JOURNAL });
        journal::history(&self.ask(Method::History, Some(&body)).await?.body, phone)
    }
}

fn not_international() -> MessengerError {
    MessengerError::Refused("the number is not in international form".into())
}
