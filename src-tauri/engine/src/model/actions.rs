//! What can happen in the model: the words its stories are made of.
//!
//! Rows, bookings and clients are named by numbers that are taken modulo how
//! many there are, so that a story that is cut down still means something.

use proptest::prelude::*;

/// One step of a story.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Do(Act),
    /// The act comes at the very moment the program next reaches the point.
    At(Point, Act),
    /// So many milliseconds at the open desk.
    Pass(u32),
    /// The process is killed where it stands, and started again so many seconds later.
    Crash(u32),
    /// The same, at the point.
    CrashAt(Point),
    /// The program ends in order, and is started again so many seconds later. In
    /// the meantime somebody sets the clock by so many seconds.
    Close(u32, i32),
    /// The computer sleeps for so many seconds: the monotonic clock stands still.
    Sleep(u32),
    /// Somebody sets the clock while the program runs.
    SetClock(i32),
}

/// Where the program is when something comes in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    ListAsked,
    StateAsked,
    NumberAsked,
    /// The last check asks for a booking.
    CheckAsked,
    /// The check's mark is committed, the claim is not.
    BeforeClaim,
    SendBegun,
    /// The gateway has the message, its answer is on the way.
    SendTaken,
}

/// What people, clients, other programs and the network do.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Book {
        client: u8,
        lead: Lead,
        kind: Made,
    },
    BookMany(u8),
    /// So many clients, each somebody else.
    BookCrowd(u8),
    Change(u8, Change),
    Edit(u8, u8),
    /// With the revision that was looked at before somebody else's edit.
    EditStale(u8),
    OpenEditor(u8, bool),
    Draft(u8),
    CloseEditor(u8),
    Hold(u8),
    Release(u8),
    Cancel(u8),
    Restore(u8),
    SendNow(u8),
    Resend(u8),
    Extend(u8),
    Arrived(u8),
    Again(u8),
    Drop(u8),
    Pause(Option<u16>),
    Resume,
    Import(u8),
    OptOut(u8),
    /// The client writes the word that ends it.
    Stop(u8),
    OptIn(u8),
    Poll,
    /// What becomes of the next message.
    Next(Fate),
    /// The gateway tells how far a message came.
    Delivered(u8, u8),
    Yclients(bool),
    Linked(bool),
    /// Neither queue nor journal of the gateway can be read.
    Reachable(bool),
    /// A look-up and a send take so many milliseconds.
    Slow(u16, u16),
    Setting(Setting),
    /// The computer sleeps for so many seconds, in the middle of whatever it does.
    Sleep(u32),
}

/// How long before its visit a booking is made.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lead {
    Minutes(u8),
    Hours(u8),
    Days(u8),
}

/// Who makes a booking, and what is wrong with it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Made {
    ByStaff,
    ByBot,
    Online,
    WithoutClient,
    WithoutPhone,
}

/// What happens to a booking in YClients.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// By so many hours.
    Move(u8),
    /// By so many minutes, to and fro.
    Shift(i16),
    Phone(u8),
    NoPhone,
    /// Something that is no mobile number.
    NoNumber(u8),
    /// The client's own number, whatever stood there.
    GivePhone,
    Client(u8),
    Name,
    BreakName,
    MendName,
    /// Another price of the same service.
    Price,
    /// Another title of the same service.
    Title,
    /// Another name of the same master.
    Master,
    Service(u8),
    Order,
    Confirmed,
    Came,
    DidNotCome,
    Waiting,
    Delete,
    Undelete,
    Vanish,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fate {
    pub answer: Answer,
    /// It arrives before the answer is on its way, not with it.
    pub early: bool,
    /// An echo comes so many seconds after it arrived.
    pub echo: Option<u8>,
    /// The gateway's queue shows it at once.
    pub in_queue: bool,
    /// The gateway's journal shows it two minutes later.
    pub in_journal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    Offline,
    RateLimited,
    Rejected,
    AmbiguousArrived,
    AmbiguousLost,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Setting {
    Enabled(bool),
    Delay(u16),
    Manual,
    Quiet(bool),
    Instance(bool),
    Branch(bool),
    /// The administrator is ticked as one of the bot's users.
    Bots(bool),
}

pub(super) fn lead() -> impl Strategy<Value = Lead> {
    prop_oneof![
        8 => (1_u8..4).prop_map(Lead::Days),
        2 => (1_u8..9).prop_map(Lead::Hours),
        2 => (5_u8..40).prop_map(Lead::Minutes),
    ]
}

pub(super) fn made() -> impl Strategy<Value = Made> {
    prop_oneof![
        12 => Just(Made::ByStaff),
        1 => Just(Made::ByBot),
        1 => Just(Made::Online),
        1 => Just(Made::WithoutClient),
        2 => Just(Made::WithoutPhone),
    ]
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => (1_u8..20).prop_map(Change::Move),
        3 => shift().prop_map(Change::Shift),
        2 => (0_u8..4).prop_map(Change::Phone),
        2 => Just(Change::NoPhone),
        1 => (0_u8..4).prop_map(Change::NoNumber),
        3 => Just(Change::GivePhone),
        2 => (0_u8..4).prop_map(Change::Client),
        1 => Just(Change::Name),
        1 => Just(Change::BreakName),
        1 => Just(Change::MendName),
        1 => Just(Change::Price),
        1 => Just(Change::Title),
        1 => Just(Change::Master),
        1 => (1_u8..4).prop_map(Change::Service),
        1 => Just(Change::Order),
        1 => Just(Change::Confirmed),
        1 => Just(Change::Came),
        1 => Just(Change::DidNotCome),
        2 => Just(Change::Waiting),
        2 => Just(Change::Delete),
        2 => Just(Change::Undelete),
        1 => Just(Change::Vanish),
    ]
}

pub(super) fn fate() -> impl Strategy<Value = Fate> {
    let answer = prop_oneof![
        3 => Just(Answer::Accepted),
        2 => Just(Answer::Offline),
        1 => Just(Answer::RateLimited),
        1 => Just(Answer::Rejected),
        4 => Just(Answer::AmbiguousArrived),
        2 => Just(Answer::AmbiguousLost),
    ];
    let echo = prop_oneof![2 => Just(None), 2 => (0_u8..90).prop_map(Some)];
    (answer, any::<bool>(), echo, any::<bool>(), any::<bool>()).prop_map(
        |(answer, early, echo, in_queue, in_journal)| Fate { answer, early, echo, in_queue, in_journal },
    )
}

fn setting() -> impl Strategy<Value = Setting> {
    prop_oneof![
        any::<bool>().prop_map(Setting::Enabled),
        (0_u16..120).prop_map(Setting::Delay),
        Just(Setting::Manual),
        any::<bool>().prop_map(Setting::Quiet),
        any::<bool>().prop_map(Setting::Quiet),
        any::<bool>().prop_map(Setting::Instance),
        any::<bool>().prop_map(Setting::Branch),
        any::<bool>().prop_map(Setting::Bots),
    ]
}

/// What a person does with a message.
pub(super) fn hand() -> impl Strategy<Value = Act> {
    let row = any::<u8>();
    prop_oneof![
        3 => (row, 0_u8..4).prop_map(|(row, words)| Act::Edit(row, words)),
        1 => row.prop_map(Act::EditStale),
        2 => (row, any::<bool>()).prop_map(|(row, other)| Act::OpenEditor(row, other)),
        1 => row.prop_map(Act::Draft),
        1 => row.prop_map(Act::CloseEditor),
        3 => row.prop_map(Act::Hold),
        2 => row.prop_map(Act::Release),
        3 => row.prop_map(Act::Cancel),
        2 => row.prop_map(Act::Restore),
        3 => row.prop_map(Act::SendNow),
        2 => row.prop_map(Act::Resend),
        1 => row.prop_map(Act::Extend),
        1 => row.prop_map(Act::Arrived),
        2 => row.prop_map(Act::Again),
        1 => row.prop_map(Act::Drop),
    ]
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0_u8..4, lead(), made()).prop_map(|(client, lead, kind)| Act::Book { client, lead, kind }),
        1 => (2_u8..8).prop_map(Act::BookMany),
        1 => prop_oneof![3 => 6_u8..9, 1 => 21_u8..24].prop_map(Act::BookCrowd),
        8 => (any::<u8>(), change()).prop_map(|(booking, change)| Act::Change(booking, change)),
        16 => hand(),
        1 => proptest::option::of(10_u16..600).prop_map(Act::Pause),
        1 => Just(Act::Resume),
        1 => any::<u8>().prop_map(Act::Import),
        1 => (0_u8..4).prop_map(Act::OptOut),
        1 => (0_u8..4).prop_map(Act::Stop),
        1 => (0_u8..4).prop_map(Act::OptIn),
        2 => Just(Act::Poll),
        8 => fate().prop_map(Act::Next),
        1 => (any::<u8>(), 0_u8..4).prop_map(|(message, how)| Act::Delivered(message, how)),
        2 => any::<bool>().prop_map(Act::Yclients),
        2 => any::<bool>().prop_map(Act::Linked),
        1 => any::<bool>().prop_map(Act::Reachable),
        2 => (0_u16..4000, 0_u16..20_000).prop_map(|(look, send)| Act::Slow(look, send)),
        3 => setting().prop_map(Act::Setting),
    ]
}

/// What can come between the check and the claim: whatever another process or a client does.
pub(super) fn between() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => hand(),
        2 => Just(Act::Pause(None)),
        2 => any::<u8>().prop_map(Act::Import),
        2 => (0_u8..4).prop_map(Act::OptOut),
        2 => (any::<u8>(), change()).prop_map(|(booking, change)| Act::Change(booking, change)),
        1 => Just(Act::Linked(false)),
    ]
}

pub(super) fn point() -> impl Strategy<Value = Point> {
    proptest::sample::select(vec![
        Point::ListAsked,
        Point::StateAsked,
        Point::NumberAsked,
        Point::CheckAsked,
        Point::CheckAsked,
        Point::BeforeClaim,
        Point::BeforeClaim,
        Point::SendBegun,
        Point::SendTaken,
    ])
}

pub(super) fn away() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0_u32..30, 3 => 30_u32..420, 2 => 420_u32..5000, 1 => 20_000_u32..60_000]
}

/// A little, or past the present and back again.
fn shift() -> impl Strategy<Value = i16> {
    prop_oneof![-40_i16..40, -3000_i16..3000]
}

/// A nudge, a wrong zone, a wrong day.
pub(super) fn clock_set() -> impl Strategy<Value = i32> {
    prop_oneof![
        2 => -20_i32..-3,
        2 => 3_i32..20,
        1 => 20_i32..600,
        2 => proptest::sample::select(vec![3_900, -3_900, 10_800, -10_800, 172_800, -172_800]),
    ]
}
