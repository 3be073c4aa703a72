//! The model's stories: steps that belong together, put one after another.

use proptest::prelude::*;

use super::actions::{
    Act, Change, Lead, Made, Point, Setting, Step, act, away, between, change, clock_set, fate, hand, lead,
    made, point,
};

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => act().prop_map(Step::Do),
        7 => (point(), between()).prop_map(|(point, act)| Step::At(point, act)),
        6 => (1_u32..4_000).prop_map(Step::Pass),
        10 => (4_000_u32..45_000).prop_map(Step::Pass),
        2 => (45_000_u32..400_000).prop_map(Step::Pass),
        1 => away().prop_map(Step::Crash),
        2 => point().prop_map(Step::CrashAt),
        1 => (away(), prop_oneof![3 => Just(0), 1 => clock_set()]).prop_map(|(away, set)| Step::Close(away, set)),
        1 => away().prop_map(Step::Sleep),
        1 => clock_set().prop_map(Step::SetClock),
    ]
}

/// What another process does to the very message that is about to be claimed.
fn aimed() -> impl Strategy<Value = Act> {
    proptest::sample::select(vec![
        Act::Edit(0, 9),
        Act::Hold(0),
        Act::Cancel(0),
        Act::Extend(0),
        Act::OpenEditor(0, true),
        Act::Pause(None),
        Act::Import(0),
        Act::OptOut(0),
    ])
}

fn booked() -> impl Strategy<Value = Step> {
    (0_u8..4, lead(), made()).prop_map(|(client, lead, kind)| Step::Do(Act::Book { client, lead, kind }))
}

fn asleep() -> impl Strategy<Value = Act> {
    prop_oneof![1 => 1_u32..12, 1 => away()].prop_map(Act::Sleep)
}

/// Until the booking is in the queue, its window still open.
fn seen() -> impl Strategy<Value = Step> {
    (10_500_u32..20_000).prop_map(Step::Pass)
}

/// Until it has gone out, if nothing stands in the way.
fn sent() -> impl Strategy<Value = Step> {
    (30_000_u32..60_000).prop_map(Step::Pass)
}

/// Steps that belong together, so that stories get somewhere.
fn scene() -> impl Strategy<Value = Vec<Step>> {
    let doing = || act().prop_map(Step::Do);
    let by_hand = || hand().prop_map(Step::Do);
    let between = || (point(), between()).prop_map(|(point, act)| Step::At(point, act));
    let ending = || fate().prop_map(|fate| Step::Do(Act::Next(fate)));
    prop_oneof![
        8 => step().prop_map(|step| vec![step]),
        4 => (booked(), seen(), by_hand()).prop_map(|(a, b, c)| vec![a, b, c]),
        2 => (booked(), seen(), by_hand(), doing(), sent()).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e]),
        3 => (booked(), between(), sent()).prop_map(|(a, b, c)| vec![a, b, c]),
        3 => (booked(), ending(), sent()).prop_map(|(a, b, c)| vec![a, b, c]),
        2 => (booked(), asleep(), sent()).prop_map(|(a, b, c)| vec![a, Step::At(Point::SendBegun, b), c]),
        1 => (booked(), ending(), point().prop_map(Step::CrashAt), sent()).prop_map(|(a, b, c, d)| vec![a, b, c, d]),
        2 => (booked(), seen(), change()).prop_map(|(a, b, c)| vec![a, b, Step::Do(Act::Change(0, c))]),
        2 => (change(), seen()).prop_map(|(a, b)| vec![Step::Do(Act::Change(0, a)), b]),
        2 => (by_hand(), seen()).prop_map(|(a, b)| vec![a, b]),
        3 => (0_u8..4, aimed()).prop_map(|(client, act)| {
            let act = if let Act::OptOut(_) = act { Act::OptOut(client) } else { act };
            let book = |days| {
                Step::Do(Act::Book { client, lead: Lead::Days(days), kind: Made::ByStaff })
            };
            vec![book(1), book(2), Step::At(Point::BeforeClaim, act), Step::Pass(70_000)]
        }),
        1 => (0_u8..4, 0_u8..4).prop_map(|(client, other)| {
            let book = Act::Book { client, lead: Lead::Days(1), kind: Made::ByStaff };
            let change = Act::Change(0, Change::Phone(other));
            [Act::OptOut(other), book].map(Step::Do).into_iter()
                .chain([Step::Pass(15_000), Step::Do(change), Step::Pass(90_000)]).collect()
        }),
    ]
}

/// Something becomes so and ceases to be so again: for a time nothing is to be told, and then it is.
fn undone() -> impl Strategy<Value = [Act; 2]> {
    let change = |pair: [Change; 2]| pair.map(|change| Act::Change(0, change));
    let setting = |pair: [Setting; 2]| pair.map(Act::Setting);
    prop_oneof![
        2 => Just(change([Change::DidNotCome, Change::Waiting])),
        2 => Just(change([Change::Delete, Change::Undelete])),
        2 => Just(change([Change::Came, Change::Waiting])),
        2 => Just(change([Change::NoPhone, Change::GivePhone])),
        1 => (0_u8..4).prop_map(move |index| change([Change::NoNumber(index), Change::GivePhone])),
        1 => Just(change([Change::BreakName, Change::MendName])),
        1 => (0_u8..4).prop_map(move |other| change([Change::Phone(other), Change::GivePhone])),
        2 => prop_oneof![2 => -60_i16..60, 1 => -3000_i16..-60, 1 => 60_i16..3000]
            .prop_map(move |by| change([Change::Shift(by), Change::Shift(-by)])),
        1 => (1_i16..3).prop_map(move |days| change([Change::Shift(-1440 * days), Change::Shift(1440 * days)])),
        2 => Just(setting([Setting::Bots(true), Setting::Bots(false)])),
        2 => Just(setting([Setting::Instance(true), Setting::Instance(false)])),
        1 => Just(setting([Setting::Branch(false), Setting::Branch(true)])),
        1 => Just(setting([Setting::Quiet(true), Setting::Quiet(false)])),
        2 => (0_u8..4).prop_map(|client| [Act::OptOut(client), Act::OptIn(client)]),
        1 => (0_u8..4).prop_map(|client| [Act::Stop(client), Act::OptIn(client)]),
        1 => Just([Act::Pause(None), Act::Resume]),
    ]
}

/// Booked, seen, perhaps touched by a hand; then something that is undone after a while.
fn there_and_back() -> impl Strategy<Value = Vec<Step>> {
    let hand =
        || proptest::option::of(hand()).prop_map(|act| act.map(Step::Do).into_iter().collect::<Vec<_>>());
    let while_undone = || {
        prop_oneof![
            6 => (10_500_u32..22_000).prop_map(Step::Pass),
            1 => (300_000_u32..400_000).prop_map(Step::Pass),
            1 => (45_000_u32..50_000).prop_map(Step::Sleep),
        ]
    };
    let first =
        || prop_oneof![3 => booked().prop_map(|step| vec![step]), 1 => two_of_one().boxed(), 1 => crowd()];
    let other = |act: &Act| match act {
        Act::Change(_, change) => Act::Change(1, *change),
        act => act.clone(),
    };
    prop_oneof![
        6 => (first(), seen(), hand(), undone(), while_undone(), hand()).prop_map(
            |(first, seen, hand, [there, back], meanwhile, after)| {
                let undone = [Step::Do(there), meanwhile, Step::Do(back), Step::Pass(15_000)];
                [first, vec![seen], hand, undone.to_vec(), after].concat()
            }
        ),
        // Before it was ever seen right.
        3 => (first(), undone(), while_undone(), seen()).prop_map(|(first, [there, back], meanwhile, seen)| {
            [first, vec![Step::Do(there), meanwhile, Step::Do(back), seen]].concat()
        }),
        // Of several the other one, and the rest goes out in between.
        2 => (two_of_one(), seen(), undone(), seen(), sent()).prop_map(move |(first, seen, pair, again, sent)| {
            let [there, back] = pair.map(|act| Step::Do(other(&act)));
            [first, vec![seen, there, again, sent, back, Step::Pass(15_000)]].concat()
        }),
        3 => (booked(), seen(), clock_set(), 500_u32..30_000, any::<bool>(), sent()).prop_map(
            |(booked, seen, by, meanwhile, back, sent)| {
                let back = if back { -by } else { 0 };
                vec![booked, seen, Step::SetClock(by), Step::Pass(meanwhile), Step::SetClock(back), sent]
            }
        ),
        1 => (booked(), seen(), away(), clock_set(), sent()).prop_map(|(booked, seen, away, by, sent)| {
            vec![booked, seen, Step::Sleep(away), Step::SetClock(by), sent]
        }),
        2 => (booked(), seen(), hand(), change(), seen(), change(), sent()).prop_map(
            |(booked, seen, hand, one, then, other, sent)| {
                let change = |change| Step::Do(Act::Change(0, change));
                [vec![booked, seen], hand, vec![change(one), then, change(other), sent]].concat()
            }
        ),
    ]
}

/// Two visits of one client, told in one message.
fn two_of_one() -> impl Strategy<Value = Vec<Step>> {
    (0_u8..4).prop_map(|client| {
        let book = |days| Step::Do(Act::Book { client, lead: Lead::Days(days), kind: Made::ByStaff });
        vec![book(1), book(2)]
    })
}

fn crowd() -> impl Strategy<Value = Vec<Step>> {
    (6_u8..9).prop_map(|count| vec![Step::Do(Act::BookCrowd(count))])
}

/// A story at the desk.
pub(super) fn story() -> impl Strategy<Value = Vec<Step>> {
    let scenes = prop_oneof![3 => scene().boxed(), 2 => there_and_back().boxed()];
    proptest::collection::vec(scenes, 2..14).prop_map(|scenes| scenes.concat())
}
