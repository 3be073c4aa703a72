//! The resident program with a desktop around it: a panel, notifications, logind, a window; each
//! written here, on a private bus.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod crashed;
mod desktop;
mod leaving;
mod libraries;
mod menu;
mod replaced;
mod returns;
mod window;
