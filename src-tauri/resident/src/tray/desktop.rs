//! The desktop as the engine sees it, with a tray in it: what it says goes to the log as ever, and to
//! the tray's loop.

use std::path::PathBuf;

use engine::error::{Fault, Subject};
use engine::ports::Desktop;
use tokio::sync::mpsc::UnboundedSender;

use super::attend::Event;
use super::windows;
use crate::worker::LogDesktop;

pub(crate) struct TrayDesktop {
    pub(crate) log: LogDesktop,
    pub(crate) dir: PathBuf,
    pub(crate) events: UnboundedSender<Event>,
}

impl Desktop for TrayDesktop {
    fn alarm(&self, fault: &Fault) {
        self.log.alarm(fault);
        let _ = self.events.send(Event::Alarm(fault.clone()));
    }

    fn all_clear(&self, subject: Subject) {
        self.log.all_clear(subject);
        let _ = self.events.send(Event::AllClear(subject));
    }

    fn show_window(&self, page: &str) -> bool {
        // A window that is open sees the request itself.
        !windows::is_open(&self.dir) && self.events.send(Event::Show(page.to_owned())).is_ok()
    }
}
