CREATE TABLE unreadable_bookings (
    company_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    flaw TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (company_id, record)
) STRICT, WITHOUT ROWID;
