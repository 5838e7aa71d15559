-- One run: everything that a viewer can know about it. See store.py for who writes and who reads.
-- A NaN is stored as NULL, since SQLite has none.

CREATE TABLE run (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL                -- JSON
) WITHOUT ROWID;

CREATE TABLE series (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE,        -- loss/generator
    unit   TEXT NOT NULL,
    better TEXT NOT NULL                -- smaller, larger, real, neither
);

-- A bin of n consecutive steps that ends at `step`; n = 1 while training is slow.
-- mean, lo and hi are those of the finite values; `bad` counts the others.
CREATE TABLE points (
    series INTEGER NOT NULL REFERENCES series,
    step   INTEGER NOT NULL,
    wall   REAL    NOT NULL,            -- seconds since the epoch, at `step`
    n      INTEGER NOT NULL,
    mean   REAL,
    lo     REAL,
    hi     REAL,
    last   REAL,
    bad    INTEGER NOT NULL,
    PRIMARY KEY (series, step)
) WITHOUT ROWID;

-- The same in buckets of 8^tier steps, so that a chart of any length reads a few thousand rows at most.
-- The newest bucket of a tier is open: it grows until its steps are over.
CREATE TABLE rollups (
    series INTEGER NOT NULL REFERENCES series,
    tier   INTEGER NOT NULL,
    bucket INTEGER NOT NULL,            -- (step - 1) / 8^tier
    step   INTEGER NOT NULL,            -- the last step inside
    wall   REAL    NOT NULL,
    n      INTEGER NOT NULL,
    mean   REAL,
    lo     REAL,
    hi     REAL,
    last   REAL,
    bad    INTEGER NOT NULL,
    PRIMARY KEY (series, tier, bucket)
) WITHOUT ROWID;

CREATE TABLE frames (
    id       INTEGER PRIMARY KEY,
    step     INTEGER NOT NULL,
    wall     REAL    NOT NULL,
    kind     TEXT    NOT NULL,          -- samples, real, input, noisy, reconstruction, error, codings, …
    count    INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    height   INTEGER NOT NULL,
    width    INTEGER NOT NULL,
    pixels   BLOB    NOT NULL           -- uint8, (count, channels, height, width), zlib
);
CREATE INDEX frames_by_kind ON frames (kind, step);

CREATE TABLE marks (
    id     INTEGER PRIMARY KEY,
    step   INTEGER NOT NULL,
    wall   REAL    NOT NULL,
    kind   TEXT    NOT NULL,            -- data, edit, fork, checkpoint, pause, resume, rollback, stop, …
    text   TEXT    NOT NULL
);

CREATE TABLE alarms (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,      -- collapsed, diverged, …
    severity     TEXT    NOT NULL,      -- warning, critical
    raised_step  INTEGER NOT NULL,
    raised_wall  REAL    NOT NULL,
    cleared_step INTEGER,
    cleared_wall REAL,
    sentence     TEXT    NOT NULL,
    advice       TEXT    NOT NULL,
    evidence     TEXT    NOT NULL       -- JSON: names to numbers
);

CREATE TABLE commands (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL,     -- pause, resume, stop, set, undo, checkpoint, rollback
    arguments     TEXT    NOT NULL,     -- JSON
    asked_by      TEXT    NOT NULL,     -- user@host
    asked_wall    REAL    NOT NULL,
    state         TEXT    NOT NULL DEFAULT 'asked',  -- asked, applied, refused
    applied_step  INTEGER,
    answered_wall REAL,
    reply         TEXT
);
