//! One module a group of commands. A command reads its question, asks the
//! engine, and prints the answer; it changes nothing but by an act of the engine's.

mod acts;
mod anew;
mod aside;
mod backup;
mod bookings;
pub(crate) mod check;
mod clients;
mod desk;
mod diagnostics;
mod erase;
mod gateway;
mod lists;
mod migrate;
mod provision;
mod quit;
mod remember;
mod resident;
mod secret;
mod simulator;
mod status;
mod stops;
mod window;
mod worker;

use std::process::ExitCode;

use engine::settings::Language;

use crate::cli::{Bookings, Cli, Command, Queue};
use crate::demo;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

/// Runs one command to its exit code.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let (json, hidden) = (cli.global.json, cli.hidden);
    // These two have worlds of their own, and touch no data directory.
    let (outcome, language) = match cli.command {
        Some(Command::Demo(options)) => (demo::run(&options, json), options.lang.into()),
        Some(Command::Simulator { port }) => (simulator::run(port, json), Language::Ru),
        command => match Session::open(cli.global) {
            Ok(mut session) => (dispatch(&mut session, command, hidden), session.language()),
            Err(failure) => (Err(failure), Language::Ru),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::report(&failure, json, language);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(session: &mut Session, command: Option<Command>, hidden: bool) -> Result<(), Failure> {
    let is_act = remember::is_act(command.as_ref());
    let outcome = carry_out(session, command, hidden);
    if is_act && outcome.is_ok() {
        remember::remember(session);
    }
    outcome
}

fn carry_out(session: &mut Session, command: Option<Command>, hidden: bool) -> Result<(), Failure> {
    match command {
        None => resident::run(session, hidden),
        Some(Command::Window { page }) => window::run(session, page.as_deref()),
        Some(Command::Worker) => worker::run(session),
        Some(Command::Quit) => quit::run(session),
        // Without its flag clap has refused it.
        Some(Command::Erase { yes: _ }) => erase::run(session),
        Some(Command::Check { fix }) => check::run(session, fix),
        Some(Command::Status) => status::run(session),
        Some(Command::Poll) => desk::poll(session),
        Some(Command::Pause { duration }) => desk::pause(session, duration),
        Some(Command::Resume) => desk::resume(session),
        Some(Command::BeginAnew) => anew::run(session),
        Some(Command::Provision { file, export: true, .. }) => provision::export(session, &file),
        Some(Command::Provision { file, dry_run, .. }) => provision::run(session, &file, dry_run),
        Some(Command::Migrate { dry_run: _ }) => migrate::rehearse(session),
        Some(Command::Backup { file }) => backup::make(session, &file),
        Some(Command::Restore { file }) => backup::restore(session, &file),
        Some(Command::Diagnostics { file }) => diagnostics::run(session, &file),
        Some(Command::OptOut { phone: None }) => clients::stop_list(session),
        Some(Command::OptOut { phone: Some(phone) }) => clients::opt_out(session, &phone),
        Some(Command::Stops { act }) => stops::run(session, act),
        Some(Command::Aside { act }) => aside::run(session, act),
        Some(Command::OptIn { phone }) => clients::opt_in(session, &phone),
        Some(Command::Forget { phone }) => clients::forget(session, &phone),
        Some(Command::Queue { act: None }) => lists::queue(session, false),
        Some(Command::Queue { act: Some(Queue::List { all }) }) => lists::queue(session, all),
        Some(Command::Queue { act: Some(act) }) => acts::run(session, &act),
        Some(Command::Sent { date }) => lists::sent(session, date),
        Some(Command::Gateway { act }) => gateway::run(session, act),
        Some(Command::Secret { act }) => secret::run(session, &act),
        Some(Command::Bookings { act: Bookings::Import { file } }) => bookings::import(session, &file),
        Some(Command::Demo(_) | Command::Simulator { .. }) => Ok(()),
    }
}
