//! The shapes on the wire. Private to the crate: the engine never sees them.

mod company;
mod envelope;
mod fields;
mod lenient;
mod login;
mod price;
mod record;
mod text;

pub(crate) use company::{companies, company, permissions, users};
pub(crate) use envelope::{Envelope, is_own_refusal, is_refusal, message_of};
pub(crate) use login::{Login, login};
pub(crate) use record::{RowKey, record, row_key};
pub(crate) use text::text_of;
