//! How the YClients side behaves where live servers differ, or where nobody knows.

use serde::{Deserialize, Serialize};

/// The switches of the YClients side. May be changed while the simulator runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// How many records a page has when `count` is absent, and when it is above the maximum.
    pub default_page_size: usize,
    /// The greatest `count` that is honoured.
    pub max_page_size: usize,
    /// Whether a deletion moves `last_change_date`. Unknown of live servers.
    pub deletion_moves_last_change: bool,
    /// Whether a deleted record read by itself is 404; else it is 200 with `deleted:true`.
    pub deleted_record_is_not_found: bool,
    /// The form of the answer to signing in.
    pub auth_form: AuthForm,
    /// Whether signing in asks for a code.
    pub two_factor: bool,
    /// The server's own limit on requests; none by default.
    pub rate_limit: Option<RateLimit>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            default_page_size: 20,
            max_page_size: 200,
            deletion_moves_last_change: true,
            deleted_record_is_not_found: false,
            auth_form: AuthForm::Wrapped,
            two_factor: false,
            rate_limit: None,
        }
    }
}

/// The two forms of the answer to signing in, both seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthForm {
    /// The user itself.
    Bare,
    /// The user within `data`.
    Wrapped,
}

/// A limit on requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimit {
    /// Within any second.
    pub per_second: usize,
    /// Within any minute.
    pub per_minute: usize,
}

impl Default for RateLimit {
    /// What the documentation names.
    fn default() -> Self {
        Self { per_second: 5, per_minute: 200 }
    }
}

/// What the signed-in user may do in a branch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the rights are independent of each other")]
pub struct Rights {
    /// Whether the branch is the user's at all; else every call to it is 403.
    pub access: bool,
    /// Whether the journal can be read.
    pub timetable_access: bool,
    /// Not 0: the user sees this master's bookings only.
    pub master_id: i64,
    /// Whether phones are shown; else they are starred out.
    pub phones_access: bool,
    /// Whether the list of users can be read; else it is 403.
    pub users_access: bool,
}

impl Default for Rights {
    fn default() -> Self {
        Self { access: true, timetable_access: true, master_id: 0, phones_access: true, users_access: true }
    }
}
