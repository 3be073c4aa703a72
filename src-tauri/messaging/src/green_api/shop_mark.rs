//! The shop's mark on the instance: `webhookUrlToken` is free text, and means nothing while
//! `webhookUrl` is empty.
//!
//! Every write restarts the instance, so the mark goes with the settings that are written anyway.

use engine::error::MessengerError;
use engine::shop_mark::{AccountMark, written};
use serde_json::Value;

use super::GreenApi;
use super::journal::text;
use super::method::Method;
use super::settings::wanted;

/// Where it stands.
const FIELD: &str = "webhookUrlToken";

/// What became of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// What had stood there.
    pub found: AccountMark,
    /// Whether the instance carries the shop's mark now, by its own word.
    pub ours: bool,
}

impl GreenApi {
    /// What stands where the mark may; None while that is another program's address and its token.
    pub(super) async fn mark_text(&self) -> Result<Option<String>, MessengerError> {
        let answer = self.ask(Method::GetSettings, None).await?.json()?;
        if !answer.is_object() {
            return Err(MessengerError::Unreadable("it holds no settings".into()));
        }
        let in_use = text(&answer, "/webhookUrl").is_some();
        Ok((!in_use).then(|| text(&answer, &format!("/{FIELD}")).unwrap_or_default()))
    }

    /// Sets what must be set, and with it the mark of the shop with this id: into an empty field, over
    /// its own, and where `over_another`, by a person's word, over another shop's. What is no mark is left.
    pub async fn apply_settings_for(&self, shop: &str, over_another: bool) -> Result<Marked, MessengerError> {
        let before = self.mark_text().await?;
        let found = before.as_deref().map_or(AccountMark::Foreign, |text| AccountMark::read(text, shop));
        let over = over_another && matches!(found, AccountMark::Another(_));
        if shop.is_empty() || !(found.is_free() || over) {
            self.apply_settings().await?;
            return Ok(Marked { found, ours: false });
        }
        let mut body = wanted();
        body[FIELD] = Value::String(written(shop));
        self.save_settings(&body).await?;
        // "Saved" has been said of what was not kept.
        let ours = self.mark_text().await?.is_some_and(|text| text == written(shop));
        Ok(Marked { found, ours })
    }

    /// A person takes the account over for the shop with this id. Where its mark stands already, and where
    /// another program's address or token does, nothing is written and nothing restarts.
    pub async fn take_for(&self, shop: &str) -> Result<Marked, MessengerError> {
        let text = self.mark_text().await?;
        let found = text.as_deref().map_or(AccountMark::Foreign, |text| AccountMark::read(text, shop));
        match found {
            AccountMark::Ours | AccountMark::Foreign => {
                Ok(Marked { ours: found == AccountMark::Ours, found })
            }
            AccountMark::None | AccountMark::Another(_) => self.apply_settings_for(shop, true).await,
        }
    }
}
