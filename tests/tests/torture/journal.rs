//! What happens in YClients while a worker runs: bookings are written, moved, taken away and put back,
//! and what they show gets other names.

use scenarios::COMPANY;
use simulator::{Change, Client, NewBooking, Service, ServiceChange, Staff, Start};

use crate::acts::Stage;
use crate::booked::{Booked, Facts, Stretch};
use crate::script::{Act, Shown};

/// Whom the journal's changes meet: those made last, for the others are told already.
const LATEST: usize = 8;
const SERVICE: i64 = 7001;
const MASTER: i64 = 31;

/// What every booking of the shop shows.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    title: String,
    price: u32,
    master: String,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            title: "Мужская стрижка".to_owned(), price: 2000, master: "Игорь".to_owned()
        }
    }
}

impl Catalogue {
    /// Whether the program's own words show it.
    pub(crate) fn stands_in(&self, text: &str) -> bool {
        let price = text.lines().find(|line| line.starts_with("Стоимость"));
        let digits: String = price.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        text.contains(&self.title) && text.contains(&self.master) && digits == self.price.to_string()
    }
}

impl Stage {
    /// One thing that somebody does in YClients.
    pub(crate) fn in_yclients(&mut self, act: &Act) {
        match act {
            Act::Book { days, author } => {
                for days in days {
                    self.book(Start::InDays(*days), *author);
                }
            }
            Act::BookSoon { minutes } => self.book(Start::InMinutes(*minutes), crate::script::AUTHOR),
            Act::Move { whom, days } => self.change(*whom, standing, |_| Change::start(Start::InDays(*days))),
            Act::MoveBack { whom } => self.change(*whom, standing, |booked| {
                let before = booked.facts.iter().rev().find(|facts| facts.start != booked.now().start);
                Change::start(Start::At(before.unwrap_or(booked.now()).start))
            }),
            Act::Renumber { whom } => {
                let phone = format!("+{}", self.number());
                self.change(*whom, standing, |_| Change::phone(&phone));
            }
            Act::CancelInYclients { whom, deleted: true } => self.change(*whom, standing, |_| deleted(true)),
            Act::CancelInYclients { whom, .. } => {
                self.change(*whom, standing, |_| Change::attendance(-1));
            }
            Act::Come { whom } => self.change(*whom, standing, |_| Change::attendance(1)),
            Act::PutRight { whom, attendance } => self.change(*whom, Booked::is_over, |_| Change {
                attendance: Some(*attendance),
                ..deleted(false)
            }),
            Act::Catalogue { number, what } => self.rename(*number, *what),
            _ => {}
        }
    }

    fn book(&mut self, start: Start, author: i64) {
        let phone = self.number();
        let at = self.shop.simulator.now();
        let Catalogue { title, price, master } = self.shown().clone();
        let new = NewBooking {
            client: Some(Client::new("Анна", &format!("+{phone}"))),
            services: vec![Service::new(SERVICE, &title, f64::from(price))],
            staff: Staff::new(MASTER, &master),
            start,
            created_user_id: author,
            company_id: Some(COMPANY),
            ..NewBooking::default()
        };
        let id = self.shop.simulator.book(new);
        let start = self.shop.simulator.booking(id).unwrap().start;
        self.bookings.push(Booked::new(id, phone, start, at));
    }

    /// Changes one of the latest that are as `fits` says.
    fn change(&mut self, whom: usize, fits: fn(&Booked) -> bool, change: impl Fn(&Booked) -> Change) {
        let from = self.bookings.len().saturating_sub(LATEST);
        let mut fitting: Vec<_> = self.bookings[from..].iter_mut().filter(|booked| fits(booked)).collect();
        let count = fitting.len();
        let Some(booked) = fitting.get_mut(whom % count.max(1)) else { return };
        let simulator = &self.shop.simulator;
        let before = simulator.now();
        simulator.change(booked.id, change(booked));
        let done = simulator.now();
        let now = simulator.booking(booked.id).unwrap();
        let phone = now.client.unwrap().phone.trim_start_matches('+').to_owned();
        let (cancelled, came) = (now.deleted || now.attendance < 0, now.attendance == 1);
        let during = Stretch::since(before);
        booked.change(before, done, Facts { during, start: now.start, phone, cancelled, came });
    }

    /// What is shown now.
    fn shown(&self) -> &Catalogue {
        &self.catalogue[self.catalogue.len() - 1].1
    }

    fn rename(&mut self, number: u32, what: Shown) {
        let mut next = self.shown().clone();
        let simulator = &self.shop.simulator;
        let before = simulator.now();
        match what {
            Shown::Title => {
                next.title = format!("Стрижка {number}");
                let title = Some(next.title.clone());
                simulator.change_service(SERVICE, &ServiceChange { title, ..ServiceChange::default() });
            }
            Shown::Price => {
                next.price = number;
                let cost = Some(f64::from(number));
                simulator.change_service(SERVICE, &ServiceChange { cost, ..ServiceChange::default() });
            }
            Shown::Master => {
                next.master = format!("Мастер {number}");
                simulator.rename_staff(MASTER, &next.master);
            }
        }
        if let Some((during, _)) = self.catalogue.last_mut() {
            during.until = Some(simulator.now());
        }
        self.catalogue.push((Stretch::since(before), next));
    }
}

fn standing(booked: &Booked) -> bool {
    !booked.is_over()
}

fn deleted(deleted: bool) -> Change {
    Change { deleted: Some(deleted), ..Change::default() }
}
