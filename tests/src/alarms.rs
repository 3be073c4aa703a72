//! The screen of the reception computer, as far as a scenario looks at it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::error::{Fault, FaultCode, Subject};
use engine::ports::Desktop;

/// Remembers what the engine shows.
#[derive(Debug, Default)]
pub struct Alarms {
    shown: Mutex<Vec<Fault>>,
    windows: Mutex<Vec<String>>,
}

impl Alarms {
    /// The codes of all alarms so far, in order.
    pub fn codes(&self) -> Vec<FaultCode> {
        hold(&self.shown).iter().map(|fault| fault.code).collect()
    }

    /// The pages the window was asked for.
    pub fn windows(&self) -> Vec<String> {
        hold(&self.windows).clone()
    }
}

impl Desktop for Alarms {
    fn alarm(&self, fault: &Fault) {
        hold(&self.shown).push(fault.clone());
    }

    fn all_clear(&self, _: Subject) {}

    fn show_window(&self, page: &str) -> bool {
        hold(&self.windows).push(page.to_owned());
        true
    }
}

fn hold<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}
