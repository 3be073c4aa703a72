//! YClients and GREEN-API (WhatsApp) on loopback, over real HTTP.
//!
//! The program's tests and its demo mode talk to this crate instead of to the real services. It keeps
//! bookings as YClients would and takes messages as the gateway would, shows both the odd shapes that
//! live servers were seen to send, and breaks on demand: a [`Fault`] cuts a connection after the
//! message was taken, answers HTML, hangs, repeats a page for ever.
//!
//! It must not depend on the engine nor on the clients it is there to test. It is an independent
//! reading of the wire; were the reading shared, both sides would share one mistake.
//!
//! It binds 127.0.0.1 and nothing else, and sends nothing anywhere.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use simulator::{Fault, FaultKind, NewBooking, Options, Simulator, Start, Target};
//!
//! # async fn shop() -> std::io::Result<()> {
//! let simulator = Simulator::start(Options::default()).await?;
//! simulator.book(NewBooking::for_client("Мария", "+79031112233").at(Start::InMinutes(90)));
//! simulator.set_fault(Fault::once(Target::gateway("sendMessage"), FaultKind::CutAfter));
//! // … the program polls `simulator.yclients_url()` and sends to `simulator.green_api_url()` …
//! let taken = |simulator: &Simulator| simulator.messages().first().cloned();
//! let message = simulator.until(Duration::from_secs(5), taken).await;
//! # Ok(())
//! # }
//! ```

mod clock;
mod control;
mod faults;
mod green_api;
mod options;
mod server;
mod simulator;
mod world;
mod yclients;

pub use faults::{ArmedFault, Fault, FaultKind, Side, Target};
pub use green_api::{Delivery, DeliveryStatus, GatewaySummary, NumberPlan, Outcome, TakenMessage};
pub use options::{Branch, Options, User};
pub use server::{EndpointTotals, RequestSeen};
pub use simulator::Simulator;
pub use world::Summary;
pub use yclients::{
    AuthForm, Behaviour, Booking, BranchChange, Change, Client, NewBooking, RateLimit, Rights, Service,
    ServiceChange, Staff, Start,
};
