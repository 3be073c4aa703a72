ALTER TABLE booking_notifications ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0 CHECK (wanted IN (0, 1));
ALTER TABLE booking_notifications ADD COLUMN was_state TEXT NOT NULL DEFAULT '' CHECK (was_state IN ('', 'queued', 'waiting', 'failed'));
ALTER TABLE booking_notifications ADD COLUMN was_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE booking_notifications ADD COLUMN was_detail TEXT NOT NULL DEFAULT '';
ALTER TABLE booking_notifications ADD COLUMN judged INTEGER NOT NULL DEFAULT 0 CHECK (judged IN (0, 1));
ALTER TABLE booking_notifications ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1));
ALTER TABLE booking_notifications ADD COLUMN first_due_at INTEGER;
ALTER TABLE booking_notifications ADD COLUMN remakes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_notifications ADD COLUMN changing_at INTEGER;
CREATE INDEX notifications_ended ON booking_notifications (company_id, starts_at)
    WHERE state IN ('skipped', 'expired', 'cancelled') AND judged = 1
    AND reason NOT IN ('by_person', 'before_baseline', 'restored', 'gathered');
CREATE INDEX bookings_left_out ON notification_bookings (company_id, notification_id) WHERE dropped = 1;
-- What was forgotten by an older version holds no facts of its bookings any more.
UPDATE booking_notifications SET forgotten = 1
    WHERE state IN ('skipped', 'expired', 'cancelled') AND phone = '' AND client_name = '' AND client_id = 0
    AND id IN (SELECT notification_id FROM notification_bookings JOIN bookings USING (company_id, booking_id)
        WHERE snapshot = '' AND imported = 0);
-- What was queued before the program knew of a first time has the one it has now.
UPDATE booking_notifications SET first_due_at = due_at WHERE state IN ('queued', 'waiting', 'failed') AND text <> '';
-- What a person brought back or sent once more goes, whoever made the booking.
UPDATE booking_notifications SET wanted = 1 WHERE state IN ('queued', 'sending', 'waiting', 'unknown', 'failed')
    AND (copy > 0 OR id IN (SELECT notification_id FROM events WHERE what = 'restore' AND from_state <> 'failed'));

ALTER TABLE booking_monitor_state ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE booking_monitor_state ADD COLUMN feed_misses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE booking_monitor_state ADD COLUMN feed_until INTEGER;

ALTER TABLE desk ADD COLUMN pause_due INTEGER NOT NULL DEFAULT 0 CHECK (pause_due IN (0, 1));
ALTER TABLE desk ADD COLUMN clock_difference INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk ADD COLUMN clock_state TEXT NOT NULL DEFAULT 'unconfirmed' CHECK (clock_state IN ('unconfirmed', 'agreed', 'alone', 'disputed'));
ALTER TABLE desk ADD COLUMN clock_at INTEGER;
ALTER TABLE desk ADD COLUMN clock_detail TEXT NOT NULL DEFAULT '';

CREATE TEMP TABLE requests_before AS SELECT * FROM requests;
DROP TABLE requests;
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('poll', 'look_again', 'settings_changed', 'secret_changed', 'show_window')),
    argument TEXT NOT NULL DEFAULT '',
    done_at INTEGER
) STRICT;
INSERT INTO requests SELECT * FROM requests_before;
DROP TABLE requests_before;
CREATE INDEX requests_open ON requests (kind) WHERE done_at IS NULL;
