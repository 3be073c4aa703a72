//! What the page draws, made from what the engine knows. Nothing is decided here.

mod desk;
mod faults;
mod overview;
mod row;
mod settings;

pub(crate) use desk::{desk, desk_zone, is_set_up, next_change};
pub(crate) use overview::overview;
pub(crate) use row::{Viewer, row};
pub(crate) use settings::settings;
