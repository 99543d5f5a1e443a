"""The stand-in's state: one SQLite file that outlives a restart and a kill."""

import contextlib
import json
import pathlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL,
    private TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    due REAL NOT NULL,
    way TEXT NOT NULL DEFAULT '',
    endpoint INTEGER DEFAULT 0,
    tries TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS timers (object TEXT PRIMARY KEY, due REAL NOT NULL);
"""


class Store:
    """Objects are Stripe's JSON; `private` beside one is what Stripe knows but does not show.

    One connection behind one lock: requests write one after the other, so that two with the same
    idempotency key cannot both be first.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(
            folder / "stripe_standin.sqlite3",
            check_same_thread=False,
            isolation_level=None,
            timeout=2,
        )
        self._db.row_factory = sqlite3.Row
        # A second process on the same folder is turned away instead of sending webhooks twice.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        # What is written outlives the process; that it outlives the machine's power is not needed.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        """Files of an older stand-in know no misbehaviour, and one endpoint."""
        columns = {row["name"] for row in self._db.execute("PRAGMA table_info(deliveries)")}
        for name, kind in (("way", "TEXT NOT NULL DEFAULT ''"), ("endpoint", "INTEGER DEFAULT 0")):
            if name not in columns:
                self._db.execute(f"ALTER TABLE deliveries ADD COLUMN {name} {kind}")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Written whole or not at all; inside another one it is a savepoint."""
        with self._lock:
            name = f"depth_{self._depth}"
            self._db.execute("BEGIN IMMEDIATE" if not self._depth else f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth:
                    self._db.execute(f"ROLLBACK TO {name}")
                    self._db.execute(f"RELEASE {name}")
                else:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            self._db.execute("COMMIT" if not self._depth else f"RELEASE {name}")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def write(self, sql: str, *values: Any) -> int:
        """The id of the row that was added."""
        with self._lock:
            return self._db.execute(sql, values).lastrowid or 0

    def put(self, thing: dict[str, Any], **private: Any) -> dict[str, Any]:
        """Adds or replaces; private values are added to those that are there."""
        with self.transaction():
            merged = {**self.private(thing["id"]), **private}
            self.write(
                "INSERT INTO objects (id, kind, created, body, private) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body, private = excluded.private",
                thing["id"],
                thing["object"],
                thing["created"],
                json.dumps(thing),
                json.dumps(merged),
            )
        return thing

    def get(self, kind: str, object_id: str) -> dict[str, Any] | None:
        found = self.rows("SELECT body FROM objects WHERE id = ? AND kind = ?", object_id, kind)
        return json.loads(found[0]["body"]) if found else None

    def private(self, object_id: str) -> dict[str, Any]:
        found = self.rows("SELECT private FROM objects WHERE id = ?", object_id)
        return json.loads(found[0]["private"]) if found else {}

    def pass_time(self, seconds: int, events_kept: int) -> None:
        """Everything is so much older; events that are too old are gone, as at Stripe."""
        with self.transaction():
            self.write(
                "UPDATE objects SET created = created - ?,"
                " body = json_set(body, '$.created', json_extract(body, '$.created') - ?)",
                seconds,
                seconds,
            )
            self.write("UPDATE answers SET created = created - ?", seconds)
            self.write(
                "DELETE FROM objects WHERE kind = 'event' AND created < ?",
                int(time.time()) - events_kept,
            )

    def sequence(self, kind: str, object_id: str) -> int | None:
        found = self.rows("SELECT seq FROM objects WHERE id = ? AND kind = ?", object_id, kind)
        return found[0]["seq"] if found else None

    def newest(self, kind: str, where: list[tuple[str, Any]], order: str, limit: int) -> list[Any]:
        """`where` holds SQL conditions on objects, each with its one value."""
        conditions = "".join(f" AND {condition}" for condition, _ in where)
        found = self.rows(
            f"SELECT body FROM objects WHERE kind = ?{conditions} ORDER BY seq {order} LIMIT ?",
            kind,
            *(value for _, value in where),
            limit,
        )
        return [json.loads(row["body"]) for row in found]

    def set_timer(self, object_id: str, due: float) -> None:
        self.write("INSERT OR REPLACE INTO timers (object, due) VALUES (?, ?)", object_id, due)

    def drop_timer(self, object_id: str) -> None:
        self.write("DELETE FROM timers WHERE object = ?", object_id)

    def due_timers(self) -> list[str]:
        found = self.rows("SELECT object FROM timers WHERE due <= ? ORDER BY due", time.time())
        return [row["object"] for row in found]
