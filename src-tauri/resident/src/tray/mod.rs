//! The tray: what it shows, what its menu does, and what the desktop tells.
//!
//! [`view`] says what is to be shown and [`menu`] in what words, [`icon`] draws; the three are pure.
//! [`host`] puts it on the screen, [`wake`] hears that the computer is back, [`notice`] shows
//! notifications, [`windows`] starts and watches the window, and [`attend`] holds them together.
//! The work itself is the worker's, in the same process: nothing here can delay a message.

pub(crate) mod attend;
mod desktop;
mod host;
mod icon;
pub(crate) mod menu;
mod notice;
pub(crate) mod view;
mod wake;
mod windows;

pub(crate) use desktop::TrayDesktop;
pub(crate) use host::on_main_thread;
pub(crate) use notice::tell_and_leave;
pub(crate) use wake::listen;
pub(crate) use windows::{
    command as window_command, executable as window_executable, is_open as window_is_open,
};
