//! A second computer on the same shop and account, which works beside the first for one life.
//!
//! Each has the bookings, and neither knows of the other but by what the account tells. Then a person comes,
//! shuts the second one, crosses out at the first what the second has told, and lets the first go on.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use engine::clock::Clock as _;
use engine::db::StorageError;
use engine::notification::{Reason, State};
use rusqlite::Connection;
use scenarios::{Program, Running, Shop};
use simulator::TakenMessage;

use crate::acts::Stage;
use crate::round::judge_end;
use crate::script::Word;
use crate::tally::{Tally, Wrong};

const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Patience with a machine that is busy: so many looks.
const LOOKS: usize = 1200;
/// Rule 18: so many clients may hear of their visit from both.
const MAY_HEAR_BOTH: usize = 2;

/// The second installation, while it works.
pub(crate) struct Second {
    shop: Shop,
    worker: Running,
}

/// What the second one did, for the verdict.
#[derive(Default)]
pub(crate) struct Elsewhere {
    /// The gateway's ids of what it sent.
    pub(crate) sent: HashSet<String>,
    /// The numbers that it wrote to.
    pub(crate) phones: HashSet<String>,
}

impl Second {
    /// It has read which bookings are old. Only then do both have the same to tell.
    pub(crate) async fn begin(stage: &Stage) -> Self {
        let shop = stage.shop.second(&stage.plan);
        let program = Program::of(&shop).await;
        let worker = program.start(["worker"]);
        shop.baseline().await;
        Self { shop, worker }
    }

    /// A person comes while both work, and ends it. The first one runs on.
    pub(crate) async fn end(self, stage: &mut Stage, first: &mut Running, tally: &mut Tally) {
        let Self { shop, worker } = self;
        stage.pause();
        let known = |stage: &Stage| stage.bookings.iter().all(|booked| stage.shop.row(booked.id).is_some());
        let settled = |stage: &Stage| {
            let unsettled = [State::Sending, State::Unknown];
            known(stage)
                && stage.shop.simulator.notifications_waiting() == 0
                && all_is_judged(stage)
                && unsettled.iter().all(|state| stage.shop.outbox.in_state(*state).unwrap().is_empty())
        };
        until(stage, first, known).await;
        let done = worker.end_with("TERM").await;
        judge_end(done.code == Some(0), &done, tally);
        // What became of its last message is told by then, and read.
        let polls = stage.shop.simulator.count("records");
        until(stage, first, |stage| stage.shop.simulator.count("records") > polls + 3 && settled(stage))
            .await;

        let stopped = |shop: &Shop| shop.outbox.desk().unwrap().rival.is_some();
        tally.stopped += usize::from(stopped(&shop) || stopped(&stage.shop));
        stage.elsewhere = Elsewhere::of(&shop, stage);
        judge(stage, &shop, tally);
        for row in stage.shop.rows() {
            let may_go = matches!(row.state, State::Queued | State::Waiting);
            if may_go && stage.elsewhere.phones.contains(&row.phone) {
                stage.words += usize::from(stage.say_of(&row, Word::Cancel));
            }
        }
        if stopped(&stage.shop) {
            let now = stage.shop.clock.now();
            stage.shop.outbox.take_over("", &crate::acts::anna(), now).unwrap();
        }
        stage.resume();
    }
}

impl Elsewhere {
    fn of(second: &Shop, stage: &Stage) -> Self {
        let connection = Connection::open(second.dir().join("booking-monitor.db")).unwrap();
        let mut statement =
            connection.prepare("SELECT gateway_id FROM send_attempts WHERE gateway_id <> ''").unwrap();
        let sent: HashSet<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let messages = stage.shop.simulator.messages();
        let its = messages.iter().filter(|message| sent.contains(&message.id));
        let phones = its.map(|message| format!("+{}", message.phone)).collect();
        Self { sent, phones }
    }

    /// What the first one sent, and how many the second.
    pub(crate) fn apart(&self, messages: Vec<TakenMessage>) -> (Vec<TakenMessage>, usize) {
        let all = messages.len();
        let own: Vec<_> = messages.into_iter().filter(|message| !self.sent.contains(&message.id)).collect();
        let others = all - own.len();
        (own, others)
    }
}

/// While nobody has said a word: how many were told by both, and whether what the second one says of the
/// first is true.
fn judge(stage: &Stage, second: &Shop, tally: &mut Tally) {
    let Elsewhere { sent, phones } = &stage.elsewhere;
    let mut by_second: HashMap<String, usize> = HashMap::new();
    let mut by_first: HashSet<String> = HashSet::new();
    for message in stage.shop.simulator.messages() {
        if sent.contains(&message.id) {
            *by_second.entry(format!("+{}", message.phone)).or_default() += 1;
        } else {
            by_first.insert(format!("+{}", message.phone));
        }
    }
    let both: Vec<_> = phones.intersection(&by_first).collect();
    tally.told_by_both += both.len();
    if both.len() > MAY_HEAR_BOTH {
        tally.complain(
            Wrong::Twice,
            &format!("{} clients were told by both: {both:?}\n{}", both.len(), second.picture()),
        );
    }
    for (phone, times) in by_second.iter().filter(|(_, times)| **times > 1) {
        tally.complain(Wrong::Twice, &format!("the second told {phone} {times} times"));
    }
    for row in second.rows() {
        if row.reason == Reason::ToldElsewhere && !by_first.contains(&row.phone) {
            tally.complain(Wrong::False, &format!("at the second, told by nobody else: {row:?}"));
        }
    }
}

/// A word of delivery without its echo is judged only after some seconds: before that, nobody can know
/// whether sending stops for it.
fn all_is_judged(stage: &Stage) -> bool {
    let open = "SELECT count(*) FROM gateway_events
         WHERE settled = 0 AND about IS NULL AND kind IN ('echo', 'delivery')";
    let count =
        |connection: &Connection| Ok::<i64, StorageError>(connection.query_row(open, [], |row| row.get(0))?);
    stage.shop.outbox.db().read(count).unwrap() == 0
}

async fn until(stage: &Stage, worker: &mut Running, look: impl Fn(&Stage) -> bool) {
    for _ in 0..LOOKS {
        if look(stage) || !worker.is_running() {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
