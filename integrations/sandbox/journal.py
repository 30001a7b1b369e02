"""What outlives the process: documents in an SQLite file."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""


class Journal:
    """Documents by kind and key; nothing at all when there is no folder.

    The caller holds its own lock around every use, and calls ``commit`` before it tells
    anybody that something is written.
    """

    def __init__(self, folder: str | os.PathLike | None, system: str) -> None:
        self._connection = None
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._connection = _connect(Path(folder) / f"{system}.sqlite3")

    def put(self, kind: str, key: object, body: bytes) -> None:
        """Write one document, or replace it."""
        self.put_all(kind, [(key, body)])

    def put_all(self, kind: str, documents: Iterable[tuple[object, bytes]]) -> None:
        """Write many."""
        if self._connection is not None:
            self._connection.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)",
                ((kind, str(key), body) for key, body in documents),
            )

    def delete(self, kind: str, key: object) -> None:
        """Remove one document."""
        if self._connection is not None:
            self._connection.execute(
                "DELETE FROM documents WHERE kind = ? AND key = ?", (kind, str(key))
            )

    def read(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """All documents of a kind."""
        if self._connection is not None:
            yield from self._connection.execute(
                "SELECT key, body FROM documents WHERE kind = ?", (kind,)
            )

    def clear(self) -> None:
        """Remove everything."""
        if self._connection is not None:
            self._connection.execute("DELETE FROM documents")

    def commit(self) -> None:
        """Make what was written survive the process."""
        if self._connection is not None:
            self._connection.commit()

    def close(self) -> None:
        """Commit, and let the file go."""
        if self._connection is not None:
            self._connection.commit()
            self._connection.close()
            self._connection = None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    # In WAL mode this loses nothing when the process dies, only when the machine does.
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(_SCHEMA)
    connection.commit()
    return connection
