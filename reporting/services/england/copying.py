"""Rows into a table by COPY, as text: nothing else is as fast."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Model

from reporting.services.england.telling import Counted

NULL = r"\N"
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def text(words: str) -> str:
    """Write words as a field of a line."""
    return words.translate(_ESCAPED)


def flag(yes: bool) -> str:  # noqa: FBT001  # it is the field itself
    """Write a truth as a field of a line."""
    return "t" if yes else "f"


def copy(model: type[Model], columns: str, chunks: Iterable[list[str]], counted: Counted) -> None:
    """Fill a table with lines, each of which ends its row; a list of them is sent at once.

    PostgreSQL reads what was sent while Python makes the next lines, so both cores are at work.
    """
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as into,
    ):
        for lines in chunks:
            into.write("".join(lines))
            counted.add(len(lines))


def reserve(model: type[Model], rows: int) -> int:
    """Take so many ids in a row from a table's sequence, and return the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s)", [sequence])
        (first,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + rows - 1])
    return int(first)
