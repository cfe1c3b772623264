"""Everything a database file says, so that before and after can be compared.

``python -m tests.dump FILE`` prints it as JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

TABLES = """
    SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal
    ORDER BY table_name
"""


def dump(database: Path) -> dict[str, list[Any]]:
    """Return every row of every table, as text and in a fixed order.

    A copy is read, with its write-ahead log: looking must not change what is looked at.
    """
    import duckdb

    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / database.name
        for path in database.parent.glob(f"{database.name}*"):
            shutil.copyfile(path, copy.with_name(path.name))
        with duckdb.connect(str(copy)) as connection:
            names = [name for (name,) in connection.execute(TABLES).fetchall()]
            return {
                name: sorted(str(row) for row in connection.table(name).fetchall())
                for name in names
            }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dump(Path(sys.argv[1])), indent=0))
