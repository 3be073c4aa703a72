//! Zones, seasons, and servers that are slower than the interval.

use chrono::{Datelike as _, NaiveDateTime, NaiveTime, TimeDelta};
use engine::notification::State;
use scenarios::{COMPANY, Plan, Shop};
use simulator::{Branch, Fault, FaultKind, NewBooking, Start, Target};
use tokio::test;

const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// A visit every few weeks of the next ten months, some just before midnight and some just after.
fn visits(shop: &Shop) -> Vec<NaiveDateTime> {
    let today = shop.simulator.now().date_naive();
    let times = [(23, 50), (0, 10), (12, 0)].map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0));
    let days = (2..300).step_by(17);
    days.zip(times.into_iter().flatten().cycle())
        .map(|(day, time)| (today + TimeDelta::days(day)).and_time(time))
        .collect()
}

#[test]
async fn at_any_hour_of_any_season_a_text_has_the_branch_s_date_and_time() {
    let mut plan = Plan::default();
    plan.options.branches =
        [chrono_tz::Europe::Berlin, chrono_tz::Asia::Vladivostok, chrono_tz::America::New_York]
            .into_iter()
            .zip(COMPANY..)
            .map(|(zone, company)| Branch { zone, company_id: company, ..Branch::default() })
            .collect();
    let zones: Vec<_> = plan.options.branches.iter().map(|branch| (branch.company_id, branch.zone)).collect();
    let (shop, desk) = Shop::opened(plan).await;
    let mut expected = Vec::new();
    for (company, zone) in zones {
        for start in visits(&shop) {
            let phone = format!("+7916{:07}", expected.len());
            let new = NewBooking::for_client("Анна", &phone).at(Start::At(start));
            shop.simulator.book(new.in_branch(company));
            expected.push((phone, start, zone));
        }
    }
    shop.until_told(expected.len()).await;
    desk.close().await;
    let rows = shop.rows();
    for (phone, start, zone) in expected {
        let row = rows.iter().find(|row| row.phone == phone).unwrap();
        let month = MONTHS[start.month0() as usize];
        let date = format!("{} {month}", start.day());
        assert!(row.text.contains(&format!(" {date}")), "{date} in {zone}: {}", row.text);
        assert!(row.text.contains(&start.format("%H:%M").to_string()), "{start} in {zone}: {}", row.text);
        assert_eq!(row.starts_at.with_timezone(&zone).naive_local(), start, "{zone}");
    }
}

#[test]
async fn on_a_slow_network_a_poll_begins_when_the_last_one_is_over() {
    const SLOW: u64 = 700;
    let (shop, desk) = Shop::opened(Plan::default()).await;
    let slow = Fault::always(Target::yclients("records"), FaultKind::Delay { milliseconds: SLOW });
    shop.simulator.set_fault(slow);
    shop.polls_later(1).await;
    shop.simulator.forget_requests();
    let booking = shop.book("Анна", "+79160000001");
    shop.polls_later(4).await;
    let requests = shop.simulator.requests();
    let polls: Vec<_> = requests.iter().filter(|request| request.endpoint == "records").collect();
    for pair in polls.windows(2) {
        let apart = pair[1].at - pair[0].at;
        assert!(apart >= TimeDelta::milliseconds(i64::try_from(SLOW).unwrap()), "{apart} apart");
    }
    shop.until_state(booking, State::Read).await;
    desk.close().await;
    assert_eq!(shop.told().len(), 1);
}
