ALTER TABLE gateway_events ADD COLUMN chat_key TEXT NOT NULL DEFAULT '';

CREATE TABLE chats (
    instance TEXT NOT NULL,
    chat_key TEXT NOT NULL,
    phone_key TEXT NOT NULL,
    known_at INTEGER NOT NULL,
    PRIMARY KEY (instance, chat_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX chats_of_phone ON chats (phone_key);

CREATE TABLE stop_wishes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    instance TEXT NOT NULL,
    chat_key TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    sure INTEGER NOT NULL CHECK (sure IN (0, 1)),
    decided TEXT NOT NULL DEFAULT '' CHECK (decided IN ('', 'stopped', 'matched', 'no_wish')),
    decided_at INTEGER,
    CHECK (decided = '' OR decided_at IS NOT NULL)
) STRICT;
CREATE INDEX stop_wishes_open ON stop_wishes (chat_key) WHERE decided = '';

CREATE TABLE stop_suspects (
    phone_key TEXT NOT NULL,
    wish_id INTEGER NOT NULL REFERENCES stop_wishes (id) ON DELETE CASCADE,
    PRIMARY KEY (phone_key, wish_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE aside (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    instance TEXT NOT NULL,
    kind TEXT NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('unreadable', 'error', 'panic')),
    content TEXT NOT NULL
) STRICT;

-- An empty entry of the gateway's journal is no last word: it is asked for again.
CREATE INDEX notifications_by_shell ON booking_notifications (accepted_at)
    WHERE state = 'undelivered' AND detail = 'empty journal entry';

-- What an older version forgot is looked for no more: nothing is left by which it could be told.
UPDATE send_attempts SET outcome = 'given_up', finished_at = coalesce(finished_at, started_at)
    WHERE outcome = 'ambiguous' AND phone = '' AND text = '';
