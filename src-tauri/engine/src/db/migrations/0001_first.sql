CREATE TABLE booking_monitor_state (
    company_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    time_zone TEXT NOT NULL DEFAULT '',
    facts_at INTEGER,
    baseline_at INTEGER,
    baseline_begun_at INTEGER,
    baseline_count INTEGER NOT NULL DEFAULT 0,
    last_checked_at INTEGER,
    truth_at INTEGER,
    fast_server_at INTEGER,
    last_change_at INTEGER,
    feed TEXT NOT NULL DEFAULT 'fast' CHECK (feed IN ('fast', 'truth')),
    failures INTEGER NOT NULL DEFAULT 0,
    next_poll_at INTEGER,
    stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
    fault_code TEXT NOT NULL DEFAULT '',
    fault_detail TEXT NOT NULL DEFAULT '',
    fault_at INTEGER
) STRICT;
CREATE TABLE booking_notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('confirmation', 'test')),
    copy INTEGER NOT NULL DEFAULT 0 CHECK (copy >= 0),
    company_id INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'waiting', 'unknown', 'failed', 'accepted',
        'delivered', 'read', 'undelivered', 'cancelled', 'expired', 'skipped')),
    reason TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    revision INTEGER NOT NULL DEFAULT 1 CHECK (revision >= 1),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    instance TEXT NOT NULL DEFAULT '',
    client_id INTEGER NOT NULL DEFAULT 0,
    client_name TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    phone_key TEXT NOT NULL DEFAULT '',
    starts_at INTEGER NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    edited_by TEXT NOT NULL DEFAULT '',
    proposed_text TEXT,
    draft TEXT,
    lease_by TEXT NOT NULL DEFAULT '',
    lease_until INTEGER,
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
    released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    gap_at INTEGER,
    booked_at INTEGER,
    enqueued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    checked_at INTEGER,
    checked_revision INTEGER,
    cancel_asked_by TEXT NOT NULL DEFAULT '',
    claimed_at INTEGER,
    accepted_at INTEGER,
    delivered_at INTEGER,
    read_at INTEGER,
    finished_at INTEGER,
    followed_at INTEGER,
    gateway_id TEXT NOT NULL DEFAULT '',
    changed_after_sent TEXT NOT NULL DEFAULT '' CHECK (changed_after_sent IN ('', 'moved', 'changed', 'cancelled')),
    CHECK (state NOT IN ('accepted', 'delivered', 'read', 'undelivered') OR accepted_at IS NOT NULL),
    CHECK (state <> 'delivered' OR delivered_at IS NOT NULL),
    CHECK (state <> 'read' OR read_at IS NOT NULL),
    CHECK (state NOT IN ('failed', 'undelivered', 'cancelled', 'expired', 'skipped') OR finished_at IS NOT NULL),
    CHECK (state NOT IN ('sending', 'unknown') OR claimed_at IS NOT NULL),
    CHECK (state NOT IN ('queued', 'sending', 'accepted') OR (phone <> '' AND text <> ''))
) STRICT;
CREATE INDEX notifications_by_state ON booking_notifications (state, due_at);
CREATE INDEX notifications_gather ON booking_notifications (company_id, client_id, phone)
    WHERE state = 'queued';
CREATE INDEX notifications_sent ON booking_notifications (accepted_at)
    WHERE accepted_at IS NOT NULL;
CREATE INDEX notifications_of_gap ON booking_notifications (company_id, gap_at)
    WHERE gap_at IS NOT NULL;
CREATE INDEX notifications_by_day ON booking_notifications (enqueued_at);
CREATE INDEX notifications_undelivered ON booking_notifications (accepted_at)
    WHERE state = 'accepted';
CREATE TABLE notification_bookings (
    company_id INTEGER NOT NULL,
    booking_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'confirmation'),
    copy INTEGER NOT NULL DEFAULT 0 CHECK (copy >= 0),
    notification_id INTEGER NOT NULL REFERENCES booking_notifications (id),
    facts TEXT NOT NULL,
    dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1)),
    PRIMARY KEY (company_id, booking_id, kind, copy)
) STRICT, WITHOUT ROWID;
CREATE INDEX bookings_of_notification ON notification_bookings (notification_id);
CREATE TABLE send_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    notification_id INTEGER NOT NULL REFERENCES booking_notifications (id),
    revision INTEGER NOT NULL,
    instance TEXT NOT NULL,
    phone TEXT NOT NULL,
    text TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    outcome TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'accepted', 'not_sent', 'rejected', 'ambiguous', 'found', 'given_up')),
    detail TEXT NOT NULL DEFAULT '',
    gateway_id TEXT NOT NULL DEFAULT '',
    looked_up INTEGER NOT NULL DEFAULT 0,
    CHECK (outcome = 'open' OR finished_at IS NOT NULL),
    CHECK (outcome NOT IN ('accepted', 'found') OR gateway_id <> '')
) STRICT;
CREATE INDEX attempts_of_notification ON send_attempts (notification_id);
CREATE INDEX attempts_by_outcome ON send_attempts (outcome);
CREATE INDEX attempts_by_gateway_id ON send_attempts (gateway_id) WHERE gateway_id <> '';
CREATE TABLE gateway_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    instance TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('echo', 'delivery', 'state', 'incoming')),
    gateway_id TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    happened_at INTEGER,
    settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
) STRICT;
CREATE INDEX gateway_events_unsettled ON gateway_events (gateway_id) WHERE settled = 0;
CREATE TABLE bookings (
    company_id INTEGER NOT NULL,
    booking_id INTEGER NOT NULL,
    made_by TEXT NOT NULL CHECK (made_by IN ('staff', 'bot', 'online', 'nobody', 'unseen')),
    imported INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1)),
    first_seen_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    snapshot TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (company_id, booking_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bookings_imported ON bookings (booking_id) WHERE imported = 1;
CREATE TABLE opt_outs (
    phone_key TEXT PRIMARY KEY,
    opted_out_at INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE number_checks (
    phone_key TEXT NOT NULL,
    instance TEXT NOT NULL,
    has_account INTEGER NOT NULL CHECK (has_account IN (0, 1)),
    checked_at INTEGER NOT NULL,
    PRIMARY KEY (phone_key, instance)
) STRICT, WITHOUT ROWID;
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('poll', 'settings_changed', 'secret_changed', 'show_window')),
    argument TEXT NOT NULL DEFAULT '',
    done_at INTEGER
) STRICT;
CREATE INDEX requests_open ON requests (kind) WHERE done_at IS NULL;
CREATE TABLE desk (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    owner_pid INTEGER,
    owner_since INTEGER,
    alive_at INTEGER,
    paused_at INTEGER,
    paused_until INTEGER,
    gateway_state TEXT NOT NULL DEFAULT '',
    gateway_state_at INTEGER,
    gateway_fault TEXT NOT NULL DEFAULT '',
    gateway_detail TEXT NOT NULL DEFAULT '',
    gateway_fault_at INTEGER
) STRICT;
INSERT INTO desk (id) VALUES (1);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    notification_id INTEGER REFERENCES booking_notifications (id),
    company_id INTEGER,
    what TEXT NOT NULL,
    from_state TEXT NOT NULL DEFAULT '',
    to_state TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    revision INTEGER
) STRICT;
CREATE INDEX events_of_notification ON events (notification_id);
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
