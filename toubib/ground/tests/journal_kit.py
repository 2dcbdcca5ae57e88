"""Tamper with the journal as someone would who holds the database: the triggers off, the statement, the triggers on."""

from django.db import connection


def by_hand(statement, *values):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE ground_journalentry DISABLE TRIGGER journal_append_only")
            cursor.execute(statement, values)
            cursor.execute("ALTER TABLE ground_journalentry ENABLE TRIGGER journal_append_only")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ground_journalentry'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, values)
        for _, sql in triggers:
            cursor.execute(sql)
