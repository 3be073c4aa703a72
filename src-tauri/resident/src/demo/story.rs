//! What happens in the demo, scene by scene: the parts of administrator and
//! clients. Everything in between is done by the worker.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Utc};
use engine::booking::{BookingId, CompanyId};
use engine::clock::Clock;
use engine::monitor::known;
use engine::notification::{Notification, NotificationId, State};
use engine::outbox::Outbox;
use engine::person::Person;
use engine::settings::Settings;
use simulator::{Change, Client, NewBooking, Simulator, Start};

use super::Pace;
use super::stage::{FRAME, Stage};
use super::verdict::{self, Fate};
use crate::failure::Failure;
use crate::output::Tone;
use crate::session::acting_person;
use crate::words::demo as say;
use crate::words::demo::Part;
use crate::world;

/// Far longer than anything here takes; then something is broken.
const PATIENCE: TimeDelta = TimeDelta::seconds(20);
/// How many bookings stood in the journal before.
const BEFORE: usize = 4;

pub(super) struct Story {
    stage: Stage,
    simulator: Simulator,
    outbox: Outbox,
    settings: Settings,
    clock: Arc<dyn Clock>,
    company: CompanyId,
    pace: Pace,
    /// What each new booking must have come to.
    fates: Vec<Fate>,
}

impl Story {
    pub(super) fn new(
        stage: Stage,
        simulator: Simulator,
        outbox: Outbox,
        settings: Settings,
        clock: Arc<dyn Clock>,
        company: CompanyId,
        pace: Pace,
    ) -> Self {
        Self { stage, simulator, outbox, settings, clock, company, pace, fates: Vec::new() }
    }

    /// The shop as it is when the program first starts.
    pub(super) fn before(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        let long_ago = self.simulator.now() - TimeDelta::hours(3);
        for (index, name) in say::regulars(language).into_iter().enumerate() {
            let booking = NewBooking {
                created_at: Some(long_ago),
                ..self.booking(
                    name,
                    &format!("+7916200000{}", index + 1),
                    10 + u32::try_from(index).unwrap_or(0),
                )
            };
            self.simulator.book(booking);
        }
        self.stage.title(say::title(language), &say::intro(self.pace.window, language))
    }

    pub(super) async fn play(&mut self) -> Result<(), Failure> {
        self.baseline().await?;
        self.told_by_itself().await?;
        self.edited().await?;
        self.cancelled().await?;
        self.sent_at_once().await?;
        self.moved().await?;
        self.not_worth_a_message().await?;
        self.end()
    }

    pub(super) fn interrupted(&mut self) -> Result<(), Failure> {
        self.stage.counted()?;
        let text = say::interrupted(self.stage.language);
        self.stage.say(text)
    }

    async fn baseline(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        self.stage.scene(say::scene_before(language))?;
        let company = self.company;
        let began = self.now();
        let count = loop {
            let state = self.outbox.db().read(|connection| known::branch_in(connection, company))?;
            if let Some(state) = state.filter(|state| state.baseline_at.is_some()) {
                break state.baseline_count;
            }
            self.be_patient(began, "baseline").await?;
        };
        let rows = self.outbox.all_since(DateTime::UNIX_EPOCH)?;
        let messages = rows.iter().filter(|row| row.state != State::Skipped).count();
        self.stage.say(&say::baseline(count, messages, language))?;
        if usize::try_from(count) != Ok(BEFORE) || messages > 0 {
            return Err(self.lost("baseline"));
        }
        // A booking's time of creation is a whole second: the next one is surely after the baseline.
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.rest().await
    }

    async fn told_by_itself(&mut self) -> Result<(), Failure> {
        let part = say::irina(self.stage.language);
        let (_, row) = self.appears(&part, self.booking(part.name, part.phone, 15)).await?;
        let text = row.text.clone();
        let row = self.delivered(row.id).await?;
        self.fates.push(Fate::told(&part, &row, text));
        self.rest().await
    }

    async fn edited(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        let part = say::mikhail(language);
        let (_, row) = self.appears(&part, self.booking(part.name, part.phone, 12)).await?;
        self.watch_for(&row, self.pace.look).await?;
        let (address, with_hint) = say::address_with_hint(language);
        let text = row.text.replace(address, with_hint);
        let edited = self.person(|person, now| person.edit(row.id, Some(row.revision), &text, now))?;
        self.stage.say(say::is_edited(language))?;
        self.stage.difference(&row.text, &edited.text)?;
        let row = self.delivered(row.id).await?;
        self.fates.push(Fate { edited: true, ..Fate::told(&part, &row, text) });
        self.rest().await
    }

    async fn cancelled(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        let part = say::svetlana(language);
        let (_, row) = self.appears(&part, self.booking(part.name, part.phone, 13)).await?;
        self.watch_for(&row, self.pace.look).await?;
        let row = self.person(|person, now| person.cancel(row.id, now))?;
        self.stage.toned(Tone::Quiet, say::is_cancelled(language))?;
        self.fates.push(Fate::silent(&part, &row));
        self.rest().await
    }

    async fn sent_at_once(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        let part = say::denis(language);
        let (_, row) = self.appears(&part, self.booking(part.name, part.phone, 17)).await?;
        self.watch_for(&row, self.pace.look).await?;
        let text = row.text.clone();
        self.person(|person, now| person.send_now(row.id, now))?;
        self.stage.say(say::is_hurried(language))?;
        let row = self.delivered(row.id).await?;
        self.fates.push(Fate::told(&part, &row, text));
        self.rest().await
    }

    async fn moved(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        let part = say::olga(language);
        let (booking, row) = self.appears(&part, self.booking(part.name, part.phone, 11)).await?;
        self.watch_for(&row, self.pace.look).await?;
        self.simulator.change(booking, Change::start(self.tomorrow(18)));
        self.stage.say(say::is_moved(language))?;
        let began = self.now();
        let remade = loop {
            let now = self.row(row.id)?;
            if now.text != row.text {
                break now;
            }
            self.be_patient(began, "move").await?;
        };
        self.stage.difference(&row.text, &remade.text)?;
        let text = remade.text.clone();
        let row = self.delivered(row.id).await?;
        self.fates.push(Fate::told(&part, &row, text));
        self.rest().await
    }

    async fn not_worth_a_message(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        let (online, phoneless) = (say::pavel(language), say::maria(language));
        self.stage.scene(say::scene_skipped(language))?;
        let by_client =
            NewBooking { online: true, created_user_id: 0, ..self.booking(online.name, online.phone, 16) };
        for (part, booking) in
            [(online, by_client), (phoneless, self.booking(phoneless.name, phoneless.phone, 14))]
        {
            let id = self.simulator.book(booking);
            let row = self.row_about(id).await?;
            let reason = engine::words::reasons::reason(row.reason, language);
            self.stage.say(&format!("{}: {reason}", part.name))?;
            self.fates.push(Fate::silent(&part, &row));
        }
        self.rest().await
    }

    fn end(&mut self) -> Result<(), Failure> {
        let language = self.stage.language;
        self.stage.scene(say::scene_end(language))?;
        for fate in &mut self.fates {
            if let Some(row) = self.outbox.get(fate.id)? {
                fate.state = row.state;
                fate.reason = row.reason;
            }
        }
        let verdict = verdict::of(&self.fates, &self.simulator.messages());
        verdict::print(&verdict, &self.fates, BEFORE, &mut self.stage)?;
        if verdict.ok { Ok(()) } else { Err(Failure::Reported) }
    }

    /// An administrator writes the booking down, and a moment later it counts down.
    async fn appears(&mut self, part: &Part, booking: NewBooking) -> Result<(i64, Notification), Failure> {
        self.stage.scene(part.scene)?;
        let id = self.simulator.book(booking);
        let row = self.row_about(id).await?;
        if row.state != State::Queued {
            return Err(self.lost(part.name));
        }
        self.stage.message(part.name, &row)?;
        Ok((id, row))
    }

    /// Watches the countdown for a while.
    async fn watch_for(&mut self, row: &Notification, length: Duration) -> Result<(), Failure> {
        let length = TimeDelta::from_std(length).unwrap_or_default();
        let until = self.now() + length;
        while self.now() < until {
            self.stage.counting(row, self.pace.window, self.now())?;
            tokio::time::sleep(FRAME).await;
        }
        self.stage.counted()
    }

    /// Watches the row through countdown, sending and delivery until it is read.
    async fn delivered(&mut self, id: NotificationId) -> Result<Notification, Failure> {
        let language = self.stage.language;
        let began = self.now();
        let mut said = 0;
        loop {
            let row = self.row(id)?;
            let now = self.now();
            if row.state == State::Queued && row.due_at > now {
                self.stage.counting(&row, self.pace.window, now)?;
            }
            let milestones = [row.accepted_at, row.delivered_at, row.read_at];
            let reached = milestones.iter().take_while(|at| at.is_some()).count();
            for step in said..reached {
                self.stage.counted()?;
                let (tone, text) = say::milestone(step, language);
                self.stage.toned(tone, text)?;
            }
            said = reached.max(said);
            if row.state == State::Read {
                return Ok(row);
            }
            if now - began > PATIENCE {
                self.stage.counted()?;
                return Err(self.lost(row.state.as_str()));
            }
            tokio::time::sleep(FRAME).await;
        }
    }

    async fn row_about(&mut self, booking: i64) -> Result<Notification, Failure> {
        let began = self.now();
        loop {
            if let Some(row) = self.outbox.row_about(self.company, BookingId(booking))? {
                return Ok(row);
            }
            self.be_patient(began, "row").await?;
        }
    }

    fn row(&self, id: NotificationId) -> Result<Notification, Failure> {
        self.outbox.get(id)?.ok_or(Failure::Refused(engine::notification::Refusal::Missing))
    }

    /// Waits a frame; fails when it has become too long.
    async fn be_patient(&mut self, began: DateTime<Utc>, what: &str) -> Result<(), Failure> {
        if self.now() - began > PATIENCE {
            return Err(self.lost(what));
        }
        tokio::time::sleep(FRAME).await;
        Ok(())
    }

    /// The story did not come out as told.
    fn lost(&mut self, what: &str) -> Failure {
        let text = say::lost(what, self.stage.language);
        match self.stage.toned(Tone::Bad, &text) {
            Ok(()) => Failure::Reported,
            Err(failure) => failure,
        }
    }

    fn person<T, E: Into<Failure>>(
        &self,
        act: impl FnOnce(&Person<'_>, DateTime<Utc>) -> Result<T, E>,
    ) -> Result<T, Failure> {
        let (name, instance) = (acting_person(), world::instance(&self.settings));
        let person =
            Person { outbox: &self.outbox, settings: &self.settings, name: &name, instance: &instance };
        act(&person, self.now()).map_err(Into::into)
    }

    /// A booking by hand, tomorrow at this hour.
    fn booking(&self, name: &str, phone: &str, hour: u32) -> NewBooking {
        let (staff, service) = say::staff_and_service(self.stage.language);
        NewBooking {
            client: Some(Client::new(name, phone)),
            staff,
            services: vec![service],
            ..NewBooking::default().at(self.tomorrow(hour))
        }
    }

    fn tomorrow(&self, hour: u32) -> Start {
        let zone = say::branch(self.stage.language).zone;
        let today = self.simulator.now().with_timezone(&zone).date_naive();
        let at: Option<NaiveDateTime> =
            today.checked_add_days(Days::new(1)).and_then(|date| date.and_hms_opt(hour, 0, 0));
        at.map_or(Start::InDays(1), Start::At)
    }

    async fn rest(&self) -> Result<(), Failure> {
        tokio::time::sleep(self.pace.rest).await;
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
