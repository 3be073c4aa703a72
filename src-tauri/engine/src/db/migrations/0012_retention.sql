ALTER TABLE send_attempts ADD COLUMN phone_key TEXT NOT NULL DEFAULT '';
ALTER TABLE send_attempts ADD COLUMN text_key TEXT NOT NULL DEFAULT '';
ALTER TABLE desk ADD COLUMN let_go_messages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk ADD COLUMN let_go_bookings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk ADD COLUMN let_go_at INTEGER;
CREATE INDEX notifications_named ON booking_notifications (starts_at, id)
    WHERE client_name <> '' OR phone NOT IN ('', '—') OR text NOT IN ('', '—');
CREATE INDEX bookings_named ON bookings (seen_at, company_id, booking_id) WHERE snapshot >= '{';
