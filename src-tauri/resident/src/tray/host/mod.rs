//! Puts the tray on the screen: by D-Bus on Linux, with the system's own means elsewhere. Both show
//! the same [`Shown`], and send back what was clicked.

#[cfg(all(unix, not(target_os = "macos")))]
mod linux;
#[cfg(any(windows, target_os = "macos"))]
mod native;

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use linux::Host;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use linux::on_main_thread;
#[cfg(any(windows, target_os = "macos"))]
pub(super) use native::Host;
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use native::on_main_thread;

use engine::settings::Language;

use super::icon::Picture;
use super::menu::{self, Entry};
use super::view::TrayView;

/// Everything on the screen, as values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) picture: Picture,
    pub(super) tooltip: String,
    pub(super) menu: Vec<Entry>,
    pub(super) wants_attention: bool,
}

impl Shown {
    pub(super) fn of(view: &TrayView, language: Language) -> Self {
        Self {
            picture: Picture::of(view.state),
            tooltip: menu::tooltip(view, language),
            menu: menu::menu(view, language),
            wants_attention: menu::wants_attention(view),
        }
    }
}
