//! The gateway side: one GREEN-API instance for WhatsApp.
//!
//! It takes messages, moves them from queued to read on a timetable, keeps a journal that lags and a
//! queue of notifications that stay until they are deleted. It knows nothing about bookings.

mod answers;
mod dispatch;
mod gateway;
mod history;
mod message;
mod notifications;
mod numbers;
mod sending;
mod settings;
mod traffic;

pub(crate) use dispatch::answer;
pub use gateway::GatewaySummary;
pub(crate) use gateway::{Gateway, deliver};
pub use message::{Delivery, DeliveryStatus, TakenMessage};
pub(crate) use notifications::push;
pub(crate) use numbers::digits;
pub use numbers::{NumberPlan, Outcome};
pub(crate) use traffic::{foreign, incoming};
