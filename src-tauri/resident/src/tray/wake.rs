//! What the system tells of the computer: it woke up, a person is back, the network is there. Each
//! is a reason to look at YClients at once, and several together are one.
//!
//! Windows tells of waking up and unlocking, and not of the network: what failed for want of it is tried
//! again within a minute. On macOS the engine's own watch over the clocks notices a sleep.

use chrono::{DateTime, TimeDelta, Utc};
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use linux::listen;

/// What comes within this time of the first is the same return. The network needs it to come up, too.
const TOGETHER: TimeDelta = TimeDelta::seconds(3);

/// Merges what comes together.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    since: Option<DateTime<Utc>>,
}

impl Wakes {
    pub(super) fn heard(&mut self, now: DateTime<Utc>) {
        self.since.get_or_insert(now);
    }

    /// When it began, once that is long enough ago; then it is forgotten.
    pub(super) fn due(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // A clock that was set back must not hold it for ever.
        let over = |since: &DateTime<Utc>| now - *since >= TOGETHER || *since > now;
        self.since.take_if(|since| over(since))
    }
}

#[cfg(windows)]
pub(crate) async fn listen(events: tokio::sync::mpsc::UnboundedSender<super::attend::Event>) {
    let heard = win32::listen(move |heard| {
        if heard == win32::Heard::Back {
            tracing::info!("the computer is back");
            let _ = events.send(super::attend::Event::Woke);
        }
    });
    if let Err(error) = heard {
        tracing::debug!(%error, "what the system tells of the session is not heard");
    }
    std::future::pending().await
}

#[cfg(target_os = "macos")]
pub(crate) async fn listen(_events: tokio::sync::mpsc::UnboundedSender<super::attend::Event>) {
    std::future::pending().await
}

#[cfg(all(unix, not(target_os = "macos")))]
mod linux {
    use futures::StreamExt as _;
    use futures::stream::{SelectAll, select_all};
    use tokio::sync::mpsc::UnboundedSender;
    use tracing::{debug, info};
    use zbus::message::Type;
    use zbus::{Connection, MatchRule, Message, MessageStream};

    use crate::tray::attend::Event;

    /// What `NetworkManager` says when the Internet is there.
    const CONNECTED_GLOBALLY: u32 = 70;

    /// A signal, who sends it, and when it means a return.
    struct Signal {
        sender: &'static str,
        interface: &'static str,
        member: &'static str,
    }

    const LOGIND: &str = "org.freedesktop.login1";
    const OF_SYSTEM: [Signal; 3] = [
        Signal { sender: LOGIND, interface: "org.freedesktop.login1.Manager", member: "PrepareForSleep" },
        Signal { sender: LOGIND, interface: "org.freedesktop.login1.Session", member: "Unlock" },
        Signal {
            sender: "org.freedesktop.NetworkManager",
            interface: "org.freedesktop.NetworkManager",
            member: "StateChanged",
        },
    ];
    const OF_SESSION: [Signal; 2] = [
        Signal {
            sender: "org.freedesktop.ScreenSaver",
            interface: "org.freedesktop.ScreenSaver",
            member: "ActiveChanged",
        },
        Signal {
            sender: "org.gnome.ScreenSaver",
            interface: "org.gnome.ScreenSaver",
            member: "ActiveChanged",
        },
    ];

    /// Whether it tells of a return: awake again, unlocked, connected.
    fn is_return(message: &Message) -> bool {
        let (header, body) = (message.header(), message.body());
        match header.member().map(zbus::names::MemberName::as_str) {
            // True before, false after.
            Some("PrepareForSleep" | "ActiveChanged") => {
                body.deserialize::<bool>().is_ok_and(|begins| !begins)
            }
            Some("Unlock") => true,
            Some("StateChanged") => body.deserialize::<u32>().is_ok_and(|state| state == CONNECTED_GLOBALLY),
            _ => false,
        }
    }

    async fn subscribe(connection: &Connection, signals: &[Signal]) -> zbus::Result<Vec<MessageStream>> {
        let mut streams = Vec::new();
        for signal in signals {
            let rule = MatchRule::builder()
                .msg_type(Type::Signal)
                .sender(signal.sender)?
                .interface(signal.interface)?
                .member(signal.member)?
                .build();
            streams.push(MessageStream::for_match_rule(rule, connection, None).await?);
        }
        Ok(streams)
    }

    /// Passes returns on, for as long as it is polled. A bus that is not there tells nothing.
    pub(crate) async fn listen(events: UnboundedSender<Event>) {
        #[cfg(debug_assertions)]
        engine::planted::turn(engine::supervision::Part::Wakes);
        let mut heard: SelectAll<MessageStream> = select_all([]);
        for (connection, signals) in
            [(Connection::system().await, &OF_SYSTEM[..]), (Connection::session().await, &OF_SESSION[..])]
        {
            match connection {
                Ok(connection) => match subscribe(&connection, signals).await {
                    Ok(streams) => heard.extend(streams),
                    Err(error) => debug!(%error, "the system's signals are not heard"),
                },
                Err(error) => debug!(%error, "a bus is not there"),
            }
        }
        while let Some(message) = heard.next().await {
            if message.is_ok_and(|message| is_return(&message)) {
                info!("the computer is back");
                if events.send(Event::Woke).is_err() {
                    return;
                }
            }
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_together_is_one_return() {
        let start: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        let after = |seconds| start + TimeDelta::seconds(seconds);
        let mut wakes = Wakes::default();
        assert_eq!(wakes.due(start), None);
        wakes.heard(start);
        wakes.heard(after(1));
        assert_eq!(wakes.due(after(2)), None);
        wakes.heard(after(2));
        assert_eq!(wakes.due(after(3)), Some(start));
        assert_eq!(wakes.due(after(9)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_swallow_the_return() {
        let start: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        let mut wakes = Wakes::default();
        wakes.heard(start);
        assert_eq!(wakes.due(start - TimeDelta::hours(1)), Some(start));
    }
}
