-- The whole database of Booking Monitor, as a migrated file has it; a test keeps the two equal.
--
-- Instants are milliseconds since 1970 in UTC. Yes/no columns hold 0 or 1. NULL means "not yet" or
-- "none", and stands only where that is a fact of its own; an absent text is ''.
-- Texts and numbers of clients stand in booking_notifications, notification_bookings, bookings,
-- send_attempts, gateway_events, number_checks, stop_wishes and aside, and nowhere else: the audit has none.

-- One row a branch: what is known of it, how far it was read, and how reading goes.
CREATE TABLE booking_monitor_state (
    company_id INTEGER PRIMARY KEY,                 -- the branch's number in YClients
    title TEXT NOT NULL DEFAULT '',                 -- the branch's name, for texts
    address TEXT NOT NULL DEFAULT '',               -- street and house, for texts
    city TEXT NOT NULL DEFAULT '',                  -- town, for the screen
    phone TEXT NOT NULL DEFAULT '',                 -- the branch's own number: its country is the default for clients' numbers
    time_zone TEXT NOT NULL DEFAULT '',             -- IANA name; every date a client reads is in it
    facts_at INTEGER,                               -- when the six columns above were last read
    baseline_at INTEGER,                            -- by the server's clock: created earlier is known and silent; NULL until the baseline is committed
    baseline_begun_at INTEGER,                      -- the same instant from before the first request ever until the commit: kept over failures and restarts
    baseline_count INTEGER NOT NULL DEFAULT 0,      -- how many bookings the baseline found and wrote to nobody about
    last_checked_at INTEGER,                        -- when a poll last finished
    truth_at INTEGER,                               -- when a complete truth pass last finished
    fast_server_at INTEGER,                         -- the server's clock at the last finished fast poll, to notice what it missed
    last_change_at INTEGER,                         -- the greatest last_change_date seen: where the fast feed goes on
    feed TEXT NOT NULL DEFAULT 'fast' CHECK (feed IN ('fast', 'truth')), -- 'truth' for a day once the fast feed was caught missing bookings
    failures INTEGER NOT NULL DEFAULT 0,            -- polls failed in a row
    next_poll_at INTEGER,                           -- when the next poll is planned
    stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)), -- YClients itself refuses the token or the right: tried again rarely, or when settings change or a person asks
    fault_code TEXT NOT NULL DEFAULT '',            -- why the last poll failed, by the engine's closed set of codes
    fault_detail TEXT NOT NULL DEFAULT '',          -- what exactly happened
    fault_at INTEGER,                               -- since when
    anew_at INTEGER,                                -- when a person let it begin anew, on a restored or copied database: what was made before the baseline may have been told already
    currency TEXT NOT NULL DEFAULT '',              -- the sign behind a price, for texts; '' where the server does not say
    feed_misses INTEGER NOT NULL DEFAULT 0,         -- bookings that the truth brought first although the feed was asked after they were written
    feed_until INTEGER                              -- 'truth' until then; after it the feed is tried again
) STRICT;

-- One row a message about one visit (or several made together), from first sight to its end.
CREATE TABLE booking_notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- never reused
    kind TEXT NOT NULL CHECK (kind IN ('confirmation', 'test')), -- what the message is for
    copy INTEGER NOT NULL DEFAULT 0 CHECK (copy >= 0), -- 0 the automatic one; a person's resend is one more
    company_id INTEGER NOT NULL,                    -- the branch; 0 for a test message
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'waiting', 'unknown', 'failed', 'accepted',
        'delivered', 'read', 'undelivered', 'cancelled', 'expired', 'skipped')), -- the words of the life cycle
    reason TEXT NOT NULL DEFAULT '',                -- why it is in this state, by the engine's closed set of reasons
    detail TEXT NOT NULL DEFAULT '',                -- more of the reason, without texts and numbers
    revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1), -- grows with every change of text, recipient or time that a person must have seen
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1), -- grows with every change of the row: what compare-and-set compares
    instance TEXT NOT NULL DEFAULT '',              -- the gateway account it was queued for
    client_id INTEGER NOT NULL DEFAULT 0,           -- the client's card; 0 without one
    client_name TEXT NOT NULL DEFAULT '',           -- as the booking names them
    phone TEXT NOT NULL DEFAULT '',                 -- E.164; '' when the booking has no usable number
    phone_key TEXT NOT NULL DEFAULT '',             -- hash of the number, as opt_outs has it
    starts_at INTEGER NOT NULL,                     -- the earliest visit's start
    text TEXT NOT NULL DEFAULT '',                  -- exactly what is or was sent
    edited_by TEXT NOT NULL DEFAULT '',             -- the person whose words the text is; '' when the program made it
    proposed_text TEXT,                             -- what the program would write now, beside a person's text that it no longer fits
    draft TEXT,                                     -- an unsaved edit; survives a crash of the editor
    lease_by TEXT NOT NULL DEFAULT '',              -- who has the editor open
    lease_until INTEGER,                            -- the editor's hold ends here unless renewed
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)), -- a person holds it
    released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)), -- a person let it go: neither late nor burst again
    gap_at INTEGER,                                 -- the end of the gap because of which it becomes due
    booked_at INTEGER,                              -- when the booking was written, by the server's clock
    enqueued_at INTEGER NOT NULL,                   -- when we first saw it: the delay starts here
    due_at INTEGER NOT NULL,                        -- goes out at this instant; late counts from it
    next_try_at INTEGER NOT NULL DEFAULT 0,         -- not before this, after an attempt that certainly sent nothing
    tries INTEGER NOT NULL DEFAULT 0,               -- such attempts, and checks that failed, in a row
    checked_at INTEGER,                             -- when the last check saw the booking unchanged
    checked_revision INTEGER,                       -- the revision it saw
    cancel_asked_by TEXT NOT NULL DEFAULT '',       -- a cancel that came while sending: a definite non-delivery then ends cancelled
    claimed_at INTEGER,                             -- when the attempt began
    accepted_at INTEGER,                            -- when the gateway took it
    delivered_at INTEGER,                           -- when the client's phone had it
    read_at INTEGER,                                -- when the client opened it
    finished_at INTEGER,                            -- when it reached its (for now) final state
    followed_at INTEGER,                            -- when its delivery was last asked for
    gateway_id TEXT NOT NULL DEFAULT '',            -- the gateway's id of the accepted message
    changed_after_sent TEXT NOT NULL DEFAULT '' CHECK (changed_after_sent IN ('', 'moved', 'changed', 'cancelled')), -- what became of the booking since
    wanted INTEGER NOT NULL DEFAULT 0 CHECK (wanted IN (0, 1)), -- a person asked for it though the program would not have written
    was_state TEXT NOT NULL DEFAULT '' CHECK (was_state IN ('', 'queued', 'waiting', 'failed')), -- what it was when the program ended it by itself: it comes back as that
    was_reason TEXT NOT NULL DEFAULT '',            -- the reason it had then
    was_detail TEXT NOT NULL DEFAULT '',            -- and the detail
    judged INTEGER NOT NULL DEFAULT 0 CHECK (judged IN (0, 1)), -- ended by rules that judge again; 0 for what a version before them decided
    forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1)), -- its client was forgotten: it is not judged again
    first_due_at INTEGER,                           -- when it would have gone out at first; NULL when it was never in the queue
    remakes INTEGER NOT NULL DEFAULT 0,             -- made anew so often in a row, without a person
    changing_at INTEGER,                            -- its time before the first of these
    CHECK (state NOT IN ('accepted', 'delivered', 'read', 'undelivered') OR accepted_at IS NOT NULL),
    CHECK (state <> 'delivered' OR delivered_at IS NOT NULL),
    CHECK (state <> 'read' OR read_at IS NOT NULL),
    CHECK (state NOT IN ('failed', 'undelivered', 'cancelled', 'expired', 'skipped') OR finished_at IS NOT NULL),
    CHECK (state NOT IN ('sending', 'unknown') OR claimed_at IS NOT NULL),
    CHECK (state NOT IN ('queued', 'sending', 'accepted') OR (phone <> '' AND text <> ''))
) STRICT;

-- What the sender and the queue's window read all day: the few rows that can go out or need a person.
CREATE INDEX notifications_by_state ON booking_notifications (state, due_at);
-- Gathering looks for a queued message to the same client.
CREATE INDEX notifications_gather ON booking_notifications (company_id, client_id, phone)
    WHERE state = 'queued';
-- Today's list, newest first.
CREATE INDEX notifications_sent ON booking_notifications (accepted_at)
    WHERE accepted_at IS NOT NULL;
-- The lists by day: newest first, counted, filtered and searched without a look at the rows themselves.
CREATE INDEX notifications_by_time ON booking_notifications
    (coalesce(accepted_at, enqueued_at), id, state, reason, client_name, phone);
-- Cancelled a moment ago: one click brings them back.
CREATE INDEX notifications_cancelled ON booking_notifications (finished_at)
    WHERE state = 'cancelled';
-- Sent, and the booking changed since.
CREATE INDEX notifications_changed ON booking_notifications (accepted_at)
    WHERE changed_after_sent <> '';
-- Ended by the program, and judged again when settings or the clock change.
CREATE INDEX notifications_ended ON booking_notifications (company_id, starts_at)
    WHERE state IN ('skipped', 'expired', 'cancelled') AND judged = 1
    AND reason NOT IN ('by_person', 'before_baseline', 'restored', 'gathered');
-- How many become due because of one gap.
CREATE INDEX notifications_of_gap ON booking_notifications (company_id, gap_at)
    WHERE gap_at IS NOT NULL;
-- `queue list --all`, and tidying up.
CREATE INDEX notifications_by_day ON booking_notifications (enqueued_at);
-- Delivery follow-up asks the gateway about these.
CREATE INDEX notifications_undelivered ON booking_notifications (accepted_at)
    WHERE state = 'accepted';
-- And about these: an empty entry of the gateway's journal is no last word.
CREATE INDEX notifications_by_shell ON booking_notifications (accepted_at)
    WHERE state = 'undelivered' AND detail = 'empty journal entry';
-- Whether a number was written to before: first contacts are counted by day.
CREATE INDEX notifications_by_phone ON booking_notifications (phone_key, accepted_at)
    WHERE accepted_at IS NOT NULL;
-- What still names somebody, the oldest visit first: after `keep_days` that goes.
CREATE INDEX notifications_named ON booking_notifications (starts_at, id)
    WHERE client_name <> '' OR phone NOT IN ('', '—') OR text NOT IN ('', '—');

-- Which bookings a message speaks of. The key is what makes "told once" true.
CREATE TABLE notification_bookings (
    company_id INTEGER NOT NULL,                    -- the branch
    booking_id INTEGER NOT NULL,                    -- the booking
    kind TEXT NOT NULL CHECK (kind = 'confirmation'), -- what it was told
    copy INTEGER NOT NULL DEFAULT 0 CHECK (copy >= 0), -- 0 the automatic one; a person's resend is one more
    notification_id INTEGER NOT NULL REFERENCES booking_notifications (id), -- the message that tells it; several bookings may share one
    facts TEXT NOT NULL,                            -- JSON: what of the booking the text was made from, to notice a change
    dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1)), -- no longer part of the text: cancelled, begun or the bot's, while others of the message stay
    PRIMARY KEY (company_id, booking_id, kind, copy)
) STRICT, WITHOUT ROWID;

CREATE INDEX bookings_of_notification ON notification_bookings (notification_id);
-- What a message no longer speaks of, should it be worth one of its own.
CREATE INDEX bookings_left_out ON notification_bookings (company_id, notification_id) WHERE dropped = 1;

-- One row for each time a message was handed to a gateway, committed before the first byte leaves.
CREATE TABLE send_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- grows with every attempt this installation ever made
    notification_id INTEGER NOT NULL REFERENCES booking_notifications (id), -- the message
    revision INTEGER NOT NULL,                      -- the revision that was sent
    instance TEXT NOT NULL,                         -- the gateway account it went through
    phone TEXT NOT NULL,                            -- E.164, as sent
    text TEXT NOT NULL,                             -- as sent, to recognise it in the gateway's journal
    started_at INTEGER NOT NULL,                    -- the claim
    finished_at INTEGER,                            -- when its outcome was known
    outcome TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'accepted', 'not_sent', 'rejected', 'ambiguous', 'found', 'given_up')), -- 'open' in flight, 'found' ambiguous at first and then seen at the gateway, 'given_up' looked for in vain
    detail TEXT NOT NULL DEFAULT '',                -- what the gateway or the network said
    gateway_id TEXT NOT NULL DEFAULT '',            -- the gateway's id, once known
    looked_up INTEGER NOT NULL DEFAULT 0,           -- how many of the look-ups after an ambiguous end are done
    phone_key TEXT NOT NULL DEFAULT '',             -- hash of the number once that is let go: what comes late still finds it
    text_key TEXT NOT NULL DEFAULT '',              -- and of the text
    CHECK (outcome = 'open' OR finished_at IS NOT NULL),
    CHECK (outcome NOT IN ('accepted', 'found') OR gateway_id <> '')
) STRICT;

CREATE INDEX attempts_of_notification ON send_attempts (notification_id);
CREATE INDEX attempts_by_outcome ON send_attempts (outcome);
CREATE INDEX attempts_by_gateway_id ON send_attempts (gateway_id) WHERE gateway_id <> '';

-- What a gateway pushed, stored before it is acknowledged.
CREATE TABLE gateway_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- in order of arrival
    received_at INTEGER NOT NULL,                   -- when it came
    instance TEXT NOT NULL,                         -- the gateway account
    kind TEXT NOT NULL CHECK (kind IN ('echo', 'delivery', 'state', 'incoming')), -- what it tells
    gateway_id TEXT NOT NULL DEFAULT '',            -- the message it concerns
    phone TEXT NOT NULL DEFAULT '',                 -- whose chat; '' when the gateway named it without a number
    text TEXT NOT NULL DEFAULT '',                  -- an echo's text
    status TEXT NOT NULL DEFAULT '',                -- a delivery status or an account state
    detail TEXT NOT NULL DEFAULT '',                -- the gateway's own words for it
    happened_at INTEGER,                            -- by the gateway's clock
    settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)), -- found its attempt, or was found to have none
    chat_key TEXT NOT NULL DEFAULT '',              -- hash of the chat, where the gateway named it in the way that hides the number
    about INTEGER                                   -- of no attempt of ours, it tells what this message would tell; 0: what none would; NULL: not judged yet
) STRICT;

CREATE INDEX gateway_events_unsettled ON gateway_events (gateway_id) WHERE settled = 0;
-- Whether another program has just written to a number.
CREATE INDEX gateway_events_unjudged ON gateway_events (instance, phone)
    WHERE settled = 0 AND about IS NULL AND kind IN ('echo', 'delivery');

-- Whose chat it is that hides its number: learnt from an answer or a message that names both.
CREATE TABLE chats (
    instance TEXT NOT NULL,                         -- the gateway account that named it
    chat_key TEXT NOT NULL,                         -- hash of the chat
    phone_key TEXT NOT NULL,                        -- hash of the number
    known_at INTEGER NOT NULL,                      -- when it was named last
    PRIMARY KEY (instance, chat_key)
) STRICT, WITHOUT ROWID;

-- Forgetting a client, and leaving those out of the likely ones whose chat is known.
CREATE INDEX chats_of_phone ON chats (phone_key);

-- What stands before a person: the word that ends it from a chat nobody can name, or a text that merely
-- contains it.
CREATE TABLE stop_wishes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- in order of arrival
    received_at INTEGER NOT NULL,                   -- when it was written, as far as that can be believed
    instance TEXT NOT NULL,                         -- the gateway account it came to
    chat_key TEXT NOT NULL DEFAULT '',              -- hash of the chat, where it hides its number
    phone TEXT NOT NULL DEFAULT '',                 -- E.164, where the number is known
    text TEXT NOT NULL DEFAULT '',                  -- what was written, for whoever decides; '' once decided
    sure INTEGER NOT NULL CHECK (sure IN (0, 1)),   -- 1: the word itself, and only whose it is is not known; messages to the likely ones wait
    decided TEXT NOT NULL DEFAULT '' CHECK (decided IN ('', 'stopped', 'matched', 'no_wish')), -- by a person, or matched by what named both later
    decided_at INTEGER,                             -- when
    CHECK (decided = '' OR decided_at IS NOT NULL)
) STRICT;

CREATE INDEX stop_wishes_open ON stop_wishes (chat_key) WHERE decided = '';

-- Who may have written it: those written to within a day before. Gone once it is decided.
CREATE TABLE stop_suspects (
    phone_key TEXT NOT NULL,                        -- hash of the number
    wish_id INTEGER NOT NULL REFERENCES stop_wishes (id) ON DELETE CASCADE, -- what they may have written
    PRIMARY KEY (phone_key, wish_id)
) STRICT, WITHOUT ROWID;

-- What a gateway pushed and this program could not work through, as it came: stored before it is acknowledged.
CREATE TABLE aside (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- in order of arrival
    received_at INTEGER NOT NULL,                   -- when it was put here
    instance TEXT NOT NULL,                         -- the gateway account
    kind TEXT NOT NULL,                             -- the gateway's word for what it tells, or 'odd'
    why TEXT NOT NULL CHECK (why IN ('unreadable', 'error', 'panic')), -- what became of reading it
    content TEXT NOT NULL,                          -- as it came; names and numbers may be in it, so it is shown nowhere
    seen_at INTEGER                                 -- when a person said that they have seen it: it is counted no more
) STRICT;

-- Every booking seen, as last seen, and who made it. Also the bot's own, imported by id.
CREATE TABLE bookings (
    company_id INTEGER NOT NULL,                    -- the branch; 0 for an id imported without one
    booking_id INTEGER NOT NULL,                    -- the booking
    made_by TEXT NOT NULL CHECK (made_by IN ('staff', 'bot', 'online', 'nobody', 'unseen')), -- 'nobody' without an author, 'unseen' known by id alone
    imported INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1)), -- named as the bot's own by an import
    first_seen_at INTEGER NOT NULL,                 -- when a poll or an import first brought it
    seen_at INTEGER NOT NULL,                       -- when it was last found changed
    snapshot TEXT NOT NULL DEFAULT '',              -- JSON: the booking as last seen; '#' or '!' and its print once it is let go or its client forgotten; '' for an id known from an import alone
    PRIMARY KEY (company_id, booking_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX bookings_imported ON bookings (booking_id) WHERE imported = 1;
-- What is kept as a whole, the longest unchanged first: after `keep_days` that goes.
CREATE INDEX bookings_named ON bookings (seen_at, company_id, booking_id) WHERE snapshot >= '{';

-- Records of YClients that came and cannot be read: counted, told once, and asked for again now and then.
CREATE TABLE unreadable_bookings (
    company_id INTEGER NOT NULL,                    -- the branch
    record TEXT NOT NULL,                           -- the booking's number; '?' and a print of its text where it has none
    flaw TEXT NOT NULL,                             -- what is wrong, by the engine's closed set, and in which field: no value of it
    first_seen_at INTEGER NOT NULL,                 -- since when
    seen_at INTEGER NOT NULL,                       -- when it was last looked at
    PRIMARY KEY (company_id, record)
) STRICT, WITHOUT ROWID;

-- What the users of a branch are called, for "who wrote the booking". Staff, not clients.
CREATE TABLE users (
    company_id INTEGER NOT NULL,                    -- the branch
    user_id INTEGER NOT NULL,                       -- the user
    name TEXT NOT NULL,                             -- as YClients shows it
    PRIMARY KEY (company_id, user_id)
) STRICT, WITHOUT ROWID;

-- Who never wants to hear from us, as a hash: the number itself is nobody's business.
CREATE TABLE opt_outs (
    phone_key TEXT PRIMARY KEY,                     -- hash of the number
    opted_out_at INTEGER NOT NULL,                  -- since when
    source TEXT NOT NULL,                           -- how it came: a message, a person's act, or the keyring's list after a restore
    opted_in_at INTEGER                             -- when they wanted to hear from us again: the row stays, or the keyring's list would bring it back
) STRICT, WITHOUT ROWID;

-- Whether a number has an account on the channel; a yes is good for thirty days, a no for one.
CREATE TABLE number_checks (
    phone_key TEXT NOT NULL,                        -- hash of the number
    instance TEXT NOT NULL,                         -- the gateway account that was asked
    has_account INTEGER NOT NULL CHECK (has_account IN (0, 1)), -- the answer
    checked_at INTEGER NOT NULL,                    -- when
    PRIMARY KEY (phone_key, instance)
) STRICT, WITHOUT ROWID;

-- What one process asks of the one that polls and sends.
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- in order
    asked_at INTEGER NOT NULL,                      -- when
    kind TEXT NOT NULL CHECK (kind IN ('poll', 'look_again', 'settings_changed', 'secret_changed', 'show_window')), -- what
    argument TEXT NOT NULL DEFAULT '',              -- the page to show, or the message whose bookings are read again
    done_at INTEGER                                 -- when it was carried out
) STRICT;

CREATE INDEX requests_open ON requests (kind) WHERE done_at IS NULL;

-- One row: the process that polls and sends, and what holds for the whole desk.
CREATE TABLE desk (
    id INTEGER PRIMARY KEY CHECK (id = 1),          -- there is one
    owner_pid INTEGER,                              -- the owner's process; NULL when it went away in order
    owner_since INTEGER,                            -- when it started
    alive_at INTEGER,                               -- the owner's last sign of life
    paused_at INTEGER,                              -- when a person paused sending
    paused_until INTEGER,                           -- when the pause ends by itself; NULL with paused_at: when resumed
    gateway_state TEXT NOT NULL DEFAULT '',         -- the account's state as last told
    gateway_state_at INTEGER,                       -- when it was told
    gateway_fault TEXT NOT NULL DEFAULT '',         -- why nothing can be sent, by the engine's codes; '' when it can
    gateway_detail TEXT NOT NULL DEFAULT '',        -- what exactly happened
    gateway_fault_at INTEGER,                       -- since when
    instance TEXT NOT NULL DEFAULT '',              -- this database's own random number, which the keyring knows too
    machine TEXT NOT NULL DEFAULT '',               -- hash of the id of the computer it works on; '' when that has none
    doubt TEXT NOT NULL DEFAULT '' CHECK (doubt IN ('', 'restored', 'copied', 'unknown')), -- why it cannot know what was sent already; nothing is claimed meanwhile
    doubt_at INTEGER,                               -- since when
    pause_due INTEGER NOT NULL DEFAULT 0 CHECK (pause_due IN (0, 1)), -- a pause began whose end is yet to be dealt with; nothing is claimed meanwhile
    clock_difference INTEGER NOT NULL DEFAULT 0,    -- milliseconds that every process adds to this computer's clock: what the servers' show more; 0 within two minutes
    clock_state TEXT NOT NULL DEFAULT 'unconfirmed' CHECK (clock_state IN ('unconfirmed', 'agreed', 'alone', 'disputed')), -- what the servers' clocks say of it; 'alone': nobody answered
    clock_at INTEGER,                               -- since when
    clock_detail TEXT NOT NULL DEFAULT '',          -- what each clock says
    acts INTEGER NOT NULL DEFAULT 0,                -- acts of persons so far: a copy put back has fewer than the keyring knows of
    shop TEXT NOT NULL DEFAULT '',                  -- this shop's random id, which the account's mark names; it stays with copies
    remembers_since INTEGER,                        -- what was sent from here before is not known; NULL: nothing was
    rival_at INTEGER,                               -- since when another Booking Monitor is known to work for this shop; nothing is claimed meanwhile
    rival_by TEXT NOT NULL DEFAULT '' CHECK (rival_by IN ('', 'echo', 'status', 'mark')), -- what showed it: a message, a word of one's delivery, the account's mark
    rival_mark TEXT NOT NULL DEFAULT '',            -- the other shop's id, where a mark showed it
    overruled_mark TEXT NOT NULL DEFAULT '',        -- another shop's id that a person has taken the account over from
    gateway_amiss TEXT NOT NULL DEFAULT '',         -- settings of the account that are not as they must be, by the gateway's names; '' when all are
    gateway_amiss_at INTEGER,                       -- since when
    let_go_messages INTEGER NOT NULL DEFAULT 0,     -- messages that lost name, number and text by their age, so far
    let_go_bookings INTEGER NOT NULL DEFAULT 0,     -- bookings that did
    let_go_at INTEGER                               -- when one did last
) STRICT;

INSERT INTO desk (id) VALUES (1);

-- Parts of the program that panicked and began anew; gone once a part has worked for a while.
CREATE TABLE stumbles (
    part TEXT PRIMARY KEY,                          -- such as 'sending', or 'branch:962302'
    since INTEGER NOT NULL,                         -- when it panicked first
    last_at INTEGER NOT NULL,                       -- and last
    times INTEGER NOT NULL CHECK (times >= 1)       -- how often in this row of panics
) STRICT;

-- The audit: who did what to which message and when. No texts, no names, no numbers. Append-only.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,           -- in order; whoever looks asks for what is newer than the last one seen
    at INTEGER NOT NULL,                            -- when
    actor TEXT NOT NULL,                            -- 'program', or the person by the name of their account
    notification_id INTEGER REFERENCES booking_notifications (id), -- the message, if it concerns one
    company_id INTEGER,                             -- the branch, if it concerns one
    what TEXT NOT NULL,                             -- the event's name
    from_state TEXT NOT NULL DEFAULT '',            -- before
    to_state TEXT NOT NULL DEFAULT '',              -- after
    reason TEXT NOT NULL DEFAULT '',                -- why
    revision INTEGER                                -- the message's revision afterwards
) STRICT;

CREATE INDEX events_of_notification ON events (notification_id);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
