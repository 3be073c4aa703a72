//! The real program on the simulator: tray, worker and window, with bookings that arrive by themselves.
//! Its data lives in a throw-away directory and its secrets in memory; it ends with its window.

use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, TimeDelta};
use engine::booking::CompanyId;
use engine::clock::{Clock, SystemClock};
use engine::settings::{Environment, Language};
use simulator::{Client, Delivery, NewBooking, Options, Simulator, Start};

use super::{Pace, secrets, write_settings};
use crate::failure::Failure;
use crate::output::Out;
use crate::renewal::Executable;
use crate::resident::Resident;
use crate::tray::{on_main_thread, window_executable};
use crate::words::demo as say;
use crate::{logging, runtime, storage};

/// As in a shop, but one sees something happen.
const PACE: Pace = Pace {
    window: TimeDelta::seconds(30),
    poll: Duration::from_secs(2),
    look: Duration::ZERO,
    rest: Duration::ZERO,
};
/// The first one comes soon after the window.
const FIRST: Duration = Duration::from_secs(4);
const EVERY: Duration = Duration::from_secs(20);

/// Whether a window can be shown here, and is installed.
pub(super) fn can_be_shown() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let display = !cfg!(all(unix, not(target_os = "macos"))) || set("DISPLAY") || set("WAYLAND_DISPLAY");
    display && window_executable().is_ok_and(|window| window.is_file())
}

pub(super) fn run(language: Language) -> Result<(), Failure> {
    let mut out = Out::new();
    for line in say::training(language) {
        out.line(line)?;
    }
    on_main_thread(move || runtime::block_on(play(language)))
}

async fn play(language: Language) -> Result<(), Failure> {
    let dir = tempfile::Builder::new().prefix("booking-monitor-demo-").tempdir().map_err(Failure::Runtime)?;
    // By it the window knows that somebody polls and sends.
    let _lock = storage::take_lock(dir.path())?;
    // What is worth knowing is in the window.
    let _ = logging::start(Some(dir.path()));
    let options = Options {
        branches: vec![say::branch(language)],
        delivery: Delivery {
            sent_after_ms: 700,
            delivered_after_ms: Some(2_000),
            read_after_ms: Some(6_000),
            empty_poll_ms: Some(1_000),
            ..Delivery::default()
        },
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone()).await.map_err(Failure::Simulator)?;
    let company = CompanyId(options.branches.first().map(|branch| branch.company_id).unwrap_or_default());
    let long_ago = simulator.now() - TimeDelta::hours(3);
    for (number, name) in say::regulars(language).into_iter().enumerate() {
        let client = Client::new(name, &format!("+7916200000{}", number + 1));
        simulator.book(NewBooking {
            client: Some(client),
            created_at: Some(long_ago),
            ..NewBooking::default()
        });
    }
    let settings = write_settings(dir.path(), &simulator, &options, company, PACE, language)?;
    let computer: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let resident = Resident {
        dir: dir.path().to_owned(),
        // The demo is the same on every computer.
        environment: Environment::default(),
        settings,
        computer,
        hidden: false,
        training: Some(simulator.control_url()),
        secrets: Some(secrets(&options).await?),
    };
    let executable = Executable::of_process().map_err(Failure::Runtime)?;
    tokio::select! {
        ended = resident.run(&executable) => ended.map(|_| ()),
        () = book(&simulator, language) => Ok(()),
    }
}

/// Makes a booking now and then, as long as the simulator's switch allows.
async fn book(simulator: &Simulator, language: Language) {
    tokio::time::sleep(FIRST).await;
    for number in 0_u32.. {
        if simulator.auto() {
            simulator.book(booking(simulator, number, language));
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Another name, master, service and hour each time.
fn booking(simulator: &Simulator, number: u32, language: Language) -> NewBooking {
    let names = say::newcomers(language);
    let services = say::services(language);
    let staff = say::masters(language);
    let place = |length: usize, step: u32| usize::try_from(number * step).unwrap_or_default() % length.max(1);
    let today = simulator.now().with_timezone(&say::branch(language).zone).date_naive();
    let day = today.checked_add_days(Days::new(u64::from(1 + number % 5)));
    let at = day.and_then(|day| day.and_hms_opt(10 + number * 3 % 11, 30 * (number % 2), 0));
    NewBooking {
        client: Some(Client::new(
            names[place(names.len(), 1)],
            &format!("+7916{:07}", 3_000_000 + u64::from(number % 5_000_000) * 137 % 6_999_999),
        )),
        staff: staff[place(staff.len(), 1)].clone(),
        services: vec![services[place(services.len(), 2)].clone()],
        ..NewBooking::default().at(at.map_or(Start::InDays(1), Start::At))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bookings_that_come_by_themselves_are_worth_a_message_each() {
        let simulator = Simulator::start(Options::default()).await.unwrap();
        let mut phones = std::collections::HashSet::new();
        for number in 0..500 {
            let booking = booking(&simulator, number, Language::Ru);
            let client = booking.client.clone().unwrap();
            assert_eq!(client.phone.len(), 12, "{}", client.phone);
            phones.insert(client.phone);
            assert!(simulator.book(booking) > 0);
        }
        assert_eq!(phones.len(), 500);
    }
}
