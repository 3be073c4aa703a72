//! Notifications of the desktop. They tell and offer; everything they offer is in the menu too.

use std::time::Duration;

use engine::settings::Language;
use tokio::sync::mpsc::UnboundedSender;
#[cfg(all(unix, not(target_os = "macos")))]
use tracing::debug;

use super::attend::Event;
use super::menu::{Act, Page};
use crate::words::tray as say;

/// What one says, and what can be clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) title: String,
    pub(super) body: String,
    /// Beside the click on the notification itself, which opens the queue.
    pub(super) buttons: Vec<Button>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    Open,
    Quit,
    QuitAnyway,
}

impl Button {
    const ALL: [Self; 3] = [Self::Open, Self::Quit, Self::QuitAnyway];

    const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Quit => "quit",
            Self::QuitAnyway => "quit-anyway",
        }
    }

    const fn label(self, language: Language) -> &'static str {
        match self {
            Self::Open => say::open(language),
            Self::Quit => say::quit(language),
            Self::QuitAnyway => say::quit_anyway(language),
        }
    }

    const fn act(self) -> Act {
        match self {
            Self::Open => Act::Open(Page::Queue),
            Self::Quit => Act::Quit,
            Self::QuitAnyway => Act::QuitAnyway,
        }
    }
}

impl Notice {
    pub(super) fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Self { title: title.into(), body: body.into(), buttons: Vec::new() }
    }

    pub(super) fn with(mut self, buttons: &[Button]) -> Self {
        self.buttons.extend(buttons);
        self
    }

    /// Key and label of everything that can be clicked, the notification itself first.
    fn actions(&self, language: Language) -> Vec<(&'static str, &'static str)> {
        let buttons = self.buttons.iter().map(|button| (button.key(), button.label(language)));
        std::iter::once((DEFAULT, Button::Open.label(language))).chain(buttons).collect()
    }

    /// Shows it, and passes on what is clicked. A desktop without notifications shows nothing: the
    /// icon and the queue say the same.
    pub(super) fn show(self, language: Language, events: UnboundedSender<Event>) {
        #[cfg(all(unix, not(target_os = "macos")))]
        tokio::spawn(async move {
            if let Err(error) = linux::show(&self, language, &events).await {
                debug!(%error, "no notification could be shown");
            }
        });
        #[cfg(any(windows, target_os = "macos"))]
        native::show(&self, language, events);
    }
}

/// The last word of a process that is about to end: clicks on it are nobody's.
pub(crate) async fn tell_and_leave(title: &str, body: &str, language: Language) {
    let (events, _nobody) = tokio::sync::mpsc::unbounded_channel();
    Notice::new(title, body).show(language, events);
    tokio::time::sleep(LAST_WORD).await;
}

/// For the desktop to take it.
const LAST_WORD: Duration = Duration::from_secs(2);

/// What a click on the notification itself is called.
const DEFAULT: &str = "default";

fn clicked(key: &str, events: &UnboundedSender<Event>) {
    let button = if key == DEFAULT {
        Some(Button::Open)
    } else {
        Button::ALL.into_iter().find(|button| button.key() == key)
    };
    if let Some(button) = button {
        // Without a listener the program is at its end.
        let _ = events.send(Event::Act(button.act()));
    }
}

/// By the session's bus, as every desktop on Linux takes them.
#[cfg(all(unix, not(target_os = "macos")))]
mod linux {
    use std::collections::HashMap;
    use std::time::Duration;

    use engine::settings::Language;
    use futures::StreamExt as _;
    use tokio::sync::mpsc::UnboundedSender;
    use zbus::message::Type;
    use zbus::zvariant::Value;
    use zbus::{Connection, MatchRule, MessageStream};

    use super::Notice;
    use crate::tray::attend::Event;
    use crate::words::tray::NAME_OF_PROGRAM;

    const SERVER: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";
    /// Nobody answers a notification after that.
    const PATIENCE: Duration = Duration::from_mins(10);

    /// Shows it, and waits for an answer or for its end.
    pub(super) async fn show(
        notice: &Notice,
        language: Language,
        events: &UnboundedSender<Event>,
    ) -> zbus::Result<()> {
        let bus = Connection::session().await?;
        // Listens first: an answer may come before the number it answers to.
        let rule = MatchRule::builder().msg_type(Type::Signal).sender(SERVER)?.interface(SERVER)?.build();
        let mut signals = MessageStream::for_match_rule(rule, &bus, None).await?;
        let actions: Vec<&str> =
            notice.actions(language).into_iter().flat_map(|(key, label)| [key, label]).collect();
        let hints = HashMap::from([("desktop-entry", Value::from("booking-monitor"))]);
        let body = (
            NAME_OF_PROGRAM,
            0_u32,
            "",
            notice.title.as_str(),
            notice.body.as_str(),
            actions,
            hints,
            // As long as the desktop likes.
            -1_i32,
        );
        let shown: u32 =
            bus.call_method(Some(SERVER), PATH, Some(SERVER), "Notify", &body).await?.body().deserialize()?;
        let answer = async {
            while let Some(Ok(signal)) = signals.next().await {
                let (header, body) = (signal.header(), signal.body());
                match header.member().map(zbus::names::MemberName::as_str) {
                    Some("ActionInvoked") => {
                        let answer = body.deserialize::<(u32, &str)>().ok().filter(|(id, _)| *id == shown);
                        if let Some((_, key)) = answer {
                            super::clicked(key, events);
                            return;
                        }
                    }
                    Some("NotificationClosed")
                        if body.deserialize::<(u32, u32)>().is_ok_and(|(id, _)| id == shown) =>
                    {
                        return;
                    }
                    _ => {}
                }
            }
        };
        let _ = tokio::time::timeout(PATIENCE, answer).await;
        Ok(())
    }
}

/// By the system's own centre of notifications.
#[cfg(any(windows, target_os = "macos"))]
mod native {
    use engine::settings::Language;
    use notify_rust::{Notification, NotificationResponse};
    use tokio::sync::mpsc::UnboundedSender;
    use tracing::debug;

    use super::{DEFAULT, Notice, clicked};
    use crate::tray::attend::Event;
    use crate::words::tray::NAME_OF_PROGRAM;

    pub(super) fn show(notice: &Notice, language: Language, events: UnboundedSender<Event>) {
        let mut notification = Notification::new();
        notification.appname(NAME_OF_PROGRAM).summary(&notice.title).body(&notice.body);
        // The installer registers it with name and icon; without it the system shows nothing.
        #[cfg(windows)]
        notification.app_id("ru.booking-monitor");
        for (key, label) in notice.actions(language) {
            notification.action(key, label);
        }
        std::thread::spawn(move || match notification.show() {
            Ok(handle) => {
                let _ = handle.wait_for_response(move |response: &NotificationResponse| match response {
                    NotificationResponse::Default => clicked(DEFAULT, &events),
                    NotificationResponse::Action(key) => clicked(key, &events),
                    _ => {}
                });
            }
            Err(error) => debug!(%error, "no notification could be shown"),
        });
    }
}
