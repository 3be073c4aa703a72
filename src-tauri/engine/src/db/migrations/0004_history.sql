CREATE INDEX notifications_by_time ON booking_notifications
    (coalesce(accepted_at, enqueued_at), id, state, reason, client_name, phone);
CREATE INDEX notifications_cancelled ON booking_notifications (finished_at)
    WHERE state = 'cancelled';
CREATE INDEX notifications_changed ON booking_notifications (accepted_at)
    WHERE changed_after_sent <> '';
CREATE TABLE users (
    company_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (company_id, user_id)
) STRICT, WITHOUT ROWID;
