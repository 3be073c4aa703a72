CREATE TABLE stumbles (
    part TEXT PRIMARY KEY,
    since INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL CHECK (times >= 1)
) STRICT;
