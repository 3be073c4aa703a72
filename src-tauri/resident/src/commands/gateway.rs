//! `gateway`: what lies in the gateway's own queue, and throwing it away.

use std::sync::Arc;

use credentials::Keyring;
use engine::clock::Clock;
use engine::gateway_queue::{self, Lying};
use engine::outbox::{Actor, Outbox};
use engine::ports::Secrets;
use engine::shop_mark::AccountMark;
use messaging::green_api::GreenApi;
use serde_json::json;

use crate::cli::Gateway;
use crate::failure::Failure;
use crate::output::{Tone, paint};
use crate::session::{Session, acting_person};
use crate::{runtime, words, world};

pub(super) fn run(session: &mut Session, act: Gateway) -> Result<(), Failure> {
    let settings = session.settings()?;
    let outbox = session.outbox()?;
    let clock = Arc::clone(&session.clock);
    let gateway = async {
        let keys = Keyring::open().await.map(|keyring| Arc::new(keyring) as Arc<dyn Secrets>);
        world::gateway(&settings, &keys, None).await.map_err(Failure::Gateway)
    };
    match act {
        Gateway::TakeOver => {
            let taken =
                runtime::block_on(async { take_over(&outbox, &gateway.await?, clock.as_ref()).await })?;
            if session.json {
                return session.out.json(&json!({ "taken_over": true, "marked": taken }));
            }
            let language = session.language();
            session.out.line(words::desk::taken_over(taken, language))
        }
        Gateway::Queue => {
            let lying =
                runtime::block_on(async { Ok(gateway_queue::show(&outbox, &gateway.await?).await?) })?;
            show(session, &lying)
        }
        Gateway::Clear => {
            let person = Actor::Person(acting_person());
            let cleared = runtime::block_on(async {
                Ok(gateway_queue::clear(&outbox, &gateway.await?, &person, clock.as_ref()).await?)
            })?;
            if session.json {
                let rows: Vec<i64> = cleared.notifications.iter().map(|id| id.0).collect();
                return session.out.json(&json!({
                    "cleared": cleared.messages, "left": cleared.left, "notifications": rows
                }));
            }
            let language = session.language();
            session.out.line(words::desk::cleared(&cleared, language))
        }
    }
}

/// The person's word holds here whatever the gateway makes of it. Whether the account carries the mark.
async fn take_over(outbox: &Outbox, gateway: &GreenApi, clock: &dyn Clock) -> Result<bool, Failure> {
    let shop = outbox.shop_or_new()?;
    let before = outbox.desk()?.rival.map(|rival| rival.mark).unwrap_or_default();
    let marked = gateway.take_for(&shop).await;
    let ours = marked.as_ref().is_ok_and(|marked| marked.ours);
    let stands = match marked.map(|marked| marked.found) {
        Ok(AccountMark::Another(id)) => id,
        _ => before,
    };
    outbox.take_over(&stands, &Actor::Person(acting_person()), clock.now())?;
    Ok(ours)
}

fn show(session: &mut Session, lying: &[Lying]) -> Result<(), Failure> {
    if session.json {
        let rows: Vec<_> = lying
            .iter()
            .map(|Lying { message, notification }| {
                json!({
                    "gateway_id": message.id,
                    "phone": message.phone,
                    "text": message.text,
                    "notification": notification.map(|id| id.0),
                })
            })
            .collect();
        return session.out.json(&rows);
    }
    let language = session.language();
    session.out.line(words::desk::lying(lying.len(), language))?;
    for Lying { message, notification } in lying {
        let whose = notification
            .map_or_else(|| words::desk::foreign(language).to_owned(), |id| format!("{:>4}", id.0));
        session.out.line(format!("{}  {}", paint(Tone::Quiet, whose), message.phone))?;
        for line in message.text.lines() {
            session.out.line(format!("      {} {line}", paint(Tone::Quiet, "│")))?;
        }
    }
    Ok(())
}
