//! Whether the story came out as it was told: the gateway's own list of
//! messages is compared with what each booking must have come to.

use engine::notification::{Notification, NotificationId, Reason, State};
use serde::Serialize;
use simulator::TakenMessage;

use super::stage::Stage;
use crate::failure::Failure;
use crate::output::{Tone, pad, paint};
use crate::words::demo::{self as say, Part};

/// What a booking came to, and what the gateway must have got.
#[derive(Debug)]
pub(super) struct Fate {
    pub(super) id: NotificationId,
    pub(super) client: &'static str,
    /// As the gateway names it: digits alone. Empty when there is none.
    pub(super) phone: String,
    pub(super) state: State,
    pub(super) reason: Reason,
    /// The exact text; None when nothing may have gone out.
    pub(super) text: Option<String>,
    pub(super) edited: bool,
}

impl Fate {
    pub(super) fn told(part: &Part, row: &Notification, text: String) -> Self {
        Self { text: Some(text), ..Self::silent(part, row) }
    }

    pub(super) fn silent(part: &Part, row: &Notification) -> Self {
        Self {
            id: row.id,
            client: part.name,
            phone: part.phone.trim_start_matches('+').to_owned(),
            state: row.state,
            reason: row.reason,
            text: None,
            edited: false,
        }
    }
}

/// The answer, also for `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) ok: bool,
    /// New bookings of the story.
    pub(super) bookings: usize,
    pub(super) told: usize,
    pub(super) edited: usize,
    pub(super) cancelled: usize,
    pub(super) skipped: Vec<Skipped>,
    /// What the gateway took.
    pub(super) messages: usize,
    pub(super) each_once: bool,
    /// What differs from the story, by client.
    pub(super) wrong: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Skipped {
    client: &'static str,
    reason: &'static str,
}

pub(super) fn of(fates: &[Fate], messages: &[TakenMessage]) -> Verdict {
    let came = |fate: &Fate| -> Vec<&str> {
        let theirs = messages.iter().filter(|message| !fate.phone.is_empty() && message.phone == fate.phone);
        theirs.map(|message| message.text.as_str()).collect()
    };
    let is_right = |fate: &Fate| match &fate.text {
        Some(text) => fate.state == State::Read && came(fate) == [text.as_str()],
        None => matches!(fate.state, State::Cancelled | State::Skipped) && came(fate).is_empty(),
    };
    let wrong: Vec<String> =
        fates.iter().filter(|fate| !is_right(fate)).map(|fate| fate.client.to_owned()).collect();
    let told = fates.iter().filter(|fate| fate.text.is_some()).count();
    let each_once = messages.len() == told
        && fates.iter().filter(|fate| fate.text.is_some()).all(|fate| came(fate).len() == 1);
    let skipped = fates.iter().filter(|fate| fate.state == State::Skipped);
    Verdict {
        ok: wrong.is_empty() && each_once,
        bookings: fates.len(),
        told,
        edited: fates.iter().filter(|fate| fate.edited).count(),
        cancelled: fates.iter().filter(|fate| fate.state == State::Cancelled).count(),
        skipped: skipped.map(|fate| Skipped { client: fate.client, reason: fate.reason.as_str() }).collect(),
        messages: messages.len(),
        each_once,
        wrong,
    }
}

/// A line a booking, and the check below.
pub(super) fn print(
    verdict: &Verdict,
    fates: &[Fate],
    before: usize,
    stage: &mut Stage,
) -> Result<(), Failure> {
    let language = stage.language;
    stage.say(&say::regulars_line(before, language))?;
    for fate in fates {
        let (tone, mut what) = match fate.state {
            State::Read => (Tone::Good, engine::words::states::state(fate.state, language).to_owned()),
            _ => (Tone::Quiet, engine::words::states::state(fate.state, language).to_owned()),
        };
        if fate.edited {
            what = format!("{what}, {}", say::with_edited_text(language));
        }
        let why = match fate.reason {
            Reason::None => String::new(),
            reason => format!("  {}", paint(Tone::Quiet, engine::words::reasons::reason(reason, language))),
        };
        stage.say(&format!("{}  {}{why}", pad(fate.client, 10), paint(tone, what)))?;
    }
    stage.say("")?;
    stage.say(&say::totals(
        verdict.bookings,
        verdict.told,
        verdict.edited,
        verdict.cancelled,
        verdict.skipped.len(),
        language,
    ))?;
    if verdict.ok {
        stage.toned(Tone::Good, &format!("✓ {}", say::each_once(verdict.messages, language)))?;
    } else {
        stage.toned(
            Tone::Bad,
            &format!("✗ {}", say::wrong(verdict.messages, &verdict.wrong.join(", "), language)),
        )?;
    }
    stage.say("")?;
    stage.answer(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(phone: &str, state: State, text: Option<&str>) -> Fate {
        Fate {
            id: NotificationId(1),
            client: "Anna",
            phone: phone.to_owned(),
            state,
            reason: Reason::None,
            text: text.map(str::to_owned),
            edited: false,
        }
    }

    fn message(phone: &str, text: &str) -> TakenMessage {
        TakenMessage {
            id: "1".to_owned(),
            chat_id: format!("{phone}@c.us"),
            phone: phone.to_owned(),
            text: text.to_owned(),
            at: chrono::DateTime::UNIX_EPOCH,
            status: simulator::DeliveryStatus::Read,
            link_preview: None,
        }
    }

    #[test]
    fn a_story_that_came_out_as_told_is_right() {
        let fates = [
            fate("1", State::Read, Some("hello")),
            fate("2", State::Cancelled, None),
            fate("", State::Skipped, None),
        ];
        let verdict = of(&fates, &[message("1", "hello")]);
        assert!(verdict.ok && verdict.each_once && verdict.wrong.is_empty());
    }

    #[test]
    fn whatever_the_gateway_has_too_much_too_little_or_otherwise_is_wrong() {
        let told = [fate("1", State::Read, Some("hello"))];
        assert!(!of(&told, &[]).ok);
        assert!(!of(&told, &[message("1", "hello"), message("1", "hello")]).ok);
        assert!(!of(&told, &[message("1", "hullo")]).ok);
        assert!(!of(&told, &[message("1", "hello"), message("3", "hello")]).ok);
        assert!(!of(&[fate("2", State::Cancelled, None)], &[message("2", "hello")]).ok);
        assert!(!of(&[fate("1", State::Delivered, Some("hello"))], &[message("1", "hello")]).ok);
    }
}
