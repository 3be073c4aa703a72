ALTER TABLE booking_monitor_state ADD COLUMN anew_at INTEGER;
ALTER TABLE opt_outs ADD COLUMN opted_in_at INTEGER;
ALTER TABLE desk ADD COLUMN instance TEXT NOT NULL DEFAULT '';
ALTER TABLE desk ADD COLUMN machine TEXT NOT NULL DEFAULT '';
ALTER TABLE desk ADD COLUMN doubt TEXT NOT NULL DEFAULT '' CHECK (doubt IN ('', 'restored', 'copied', 'unknown'));
ALTER TABLE desk ADD COLUMN doubt_at INTEGER;
