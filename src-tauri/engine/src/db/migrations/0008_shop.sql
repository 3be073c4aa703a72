ALTER TABLE desk ADD COLUMN acts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk ADD COLUMN shop TEXT NOT NULL DEFAULT '';
ALTER TABLE desk ADD COLUMN remembers_since INTEGER;
ALTER TABLE desk ADD COLUMN rival_at INTEGER;
ALTER TABLE desk ADD COLUMN rival_by TEXT NOT NULL DEFAULT '' CHECK (rival_by IN ('', 'echo', 'status', 'mark'));
ALTER TABLE desk ADD COLUMN rival_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE desk ADD COLUMN overruled_mark TEXT NOT NULL DEFAULT '';

ALTER TABLE gateway_events ADD COLUMN about INTEGER;
-- What came before these rules is not judged by them.
UPDATE gateway_events SET about = 0;
CREATE INDEX gateway_events_unjudged ON gateway_events (instance, phone)
    WHERE settled = 0 AND about IS NULL AND kind IN ('echo', 'delivery');
