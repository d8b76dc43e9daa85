/**
 * The store's schema, as steps that are never edited once released: step N brings a file from version N to N + 1
 * (`PRAGMA user_version`). A step that changes the shape of a record rewrites the stored JSON as well.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    repository_id TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_creation ON sessions (created_at, id);
  CREATE INDEX sessions_by_name ON sessions (name);

  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;

  -- AUTOINCREMENT: a number that was seen once never comes back, not even after trimming.
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    session_id TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_session ON journal (session_id, seq) WHERE session_id IS NOT NULL;

  CREATE TABLE facts (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO facts VALUES ('trimmed-to', 0), ('closed', 1);

  CREATE TABLE repositories (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    used_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE follow_ups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX follow_ups_by_session ON follow_ups (session_id, id);

  CREATE TABLE documents (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  `,
];
