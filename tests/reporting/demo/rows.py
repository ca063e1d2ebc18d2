"""The raw rows of a seeded trust, with names in place of ids."""

import datetime as dt
import hashlib
import json
from types import SimpleNamespace
from typing import Any

from django.db import connection

from parrcs.core.tenancy import in_trust
from schools.models import Trust

DAY = dt.date(2026, 11, 21)
SEED = 7

ROWS = {
    "school": "SELECT urn, name, kind, of_trust, la_code FROM schools_school",
    "arb": """
        SELECT a.name, s.name AS school, h.name AS host, h.of_trust AS host_of_trust
        FROM schools_arb a JOIN schools_school s ON s.id = a.school_id
        JOIN schools_school h ON h.id = a.host_id""",
    "class": """
        SELECT y.name AS year, s.name AS school, a.name AS arb, c.name
        FROM schools_classgroup c JOIN schools_school s ON s.id = c.school_id
        JOIN schools_academicyear y ON y.id = c.year_id
        LEFT JOIN schools_arb a ON a.id = c.arb_id""",
    "term": """
        SELECT y.name || ' ' || t.season AS term, y.starts_on AS year_starts_on,
          y.ends_on AS year_ends_on, t.starts_on, t.ends_on, t.census_on, w.opens_on, w.closes_on
        FROM schools_term t JOIN schools_academicyear y ON y.id = t.year_id
        JOIN schools_window w ON w.term_id = t.id AND w.school_id IS NULL""",
    "membership": """
        SELECT u.email, u.name, m.role, s.name AS school, a.name AS arb, c.name AS class_name
        FROM schools_membership m JOIN schools_user u ON u.id = m.person_id
        LEFT JOIN schools_school s ON s.id = m.school_id
        LEFT JOIN schools_arb a ON a.id = m.arb_id
        LEFT JOIN schools_classgroup c ON c.id = m.class_group_id""",
    "pupil": """
        SELECT upn, first_name, last_name, born_on, sex, primary_need, pupil_premium,
          looked_after, eal FROM pupils_pupil""",
    "placement": """
        SELECT p.upn, s.name AS school, a.name AS arb, c.name AS class_name, y.name AS year,
          r.code AS route, l.starts_on, l.ends_on
        FROM pupils_placement l JOIN pupils_pupil p ON p.id = l.pupil_id
        JOIN schools_school s ON s.id = l.school_id LEFT JOIN schools_arb a ON a.id = l.arb_id
        JOIN schools_classgroup c ON c.id = l.class_group_id
        JOIN schools_academicyear y ON y.id = c.year_id
        JOIN pupils_route r ON r.id = l.route_id""",
    "expectation": """
        SELECT st.code AS stream, e.better, r.code AS route, e.points_a_term
        FROM assessment_expectation e JOIN assessment_stream st ON st.id = e.stream_id
        JOIN pupils_route r ON r.id = e.route_id""",
    "strand": """
        SELECT st.code AS stream, s.code AS strand FROM assessment_strand s
        JOIN assessment_stream st ON st.id = s.stream_id""",
    "baseline": """
        SELECT p.upn, st.code AS stream, s.code AS strand, pt.value, b.judged_on, b.replaced_on,
          u.email AS judged_by
        FROM assessment_baseline b JOIN pupils_pupil p ON p.id = b.pupil_id
        JOIN assessment_strand s ON s.id = b.strand_id
        JOIN assessment_stream st ON st.id = s.stream_id
        JOIN assessment_point pt ON pt.id = b.point_id
        JOIN schools_user u ON u.id = b.judged_by_id""",
    "judgement": """
        SELECT y.name || ' ' || t.season AS term, p.upn, st.code AS stream, s.code AS strand,
          pt.value, j.judged_at, j.version, u.email AS judged_by
        FROM assessment_judgement j JOIN pupils_pupil p ON p.id = j.pupil_id
        JOIN assessment_strand s ON s.id = j.strand_id
        JOIN assessment_stream st ON st.id = s.stream_id
        JOIN assessment_point pt ON pt.id = j.point_id
        JOIN schools_term t ON t.id = j.term_id
        JOIN schools_academicyear y ON y.id = t.year_id
        JOIN schools_user u ON u.id = j.judged_by_id""",
    "plan": """
        SELECT p.upn, l.kind, l.starts_on, l.ends_on, array_agg(o.area ORDER BY o.id) AS areas,
          array_agg(o.text ORDER BY o.id) AS outcomes
        FROM pupils_plan l JOIN pupils_pupil p ON p.id = l.pupil_id
        JOIN pupils_outcome o ON o.plan_id = l.id GROUP BY p.upn, l.id""",
    "target": """
        SELECT y.name || ' ' || t.season AS term, p.upn, g.position, g.walt, g.wilf,
          g.starting_point, g.next_step, g.judged, g.judged_at, u.email AS judged_by,
          g.comment, g.retired_on, g.retired_because,
          CASE WHEN b.id IS NOT NULL THEN array[by_.name || ' ' || bt.season, b.position::text] END
            AS carried_from
        FROM pupils_termlytarget g JOIN pupils_pupil p ON p.id = g.pupil_id
        JOIN schools_term t ON t.id = g.term_id
        JOIN schools_academicyear y ON y.id = t.year_id
        LEFT JOIN schools_user u ON u.id = g.judged_by_id
        LEFT JOIN pupils_termlytarget b ON b.id = g.carried_from_id
        LEFT JOIN schools_term bt ON bt.id = b.term_id
        LEFT JOIN schools_academicyear by_ ON by_.id = bt.year_id""",
}


def rows_of(trust: Trust) -> dict[str, list[Any]]:
    """Read a trust's rows, without the ids and times that differ from one run to the next."""
    found = {}
    with in_trust(trust.pk), connection.cursor() as cursor:
        # Tables filled in this transaction have no statistics: they pass for empty.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for name, query in ROWS.items():
            cursor.execute(query)
            columns = [column.name for column in cursor.description]
            found[name] = [
                SimpleNamespace(**dict(zip(columns, row, strict=True))) for row in cursor.fetchall()
            ]
    return found


def digest(rows: dict[str, list[Any]]) -> str:
    text = json.dumps({name: sorted(str(vars(row)) for row in rows[name]) for name in rows})
    return hashlib.sha256(text.encode()).hexdigest()


class Seeded(SimpleNamespace):
    """The rows of the big trust, and lookups that most tests need."""

    def on(self, day: dt.date) -> dict[str, Any]:
        """Return the placement of everyone on roll on a day, by UPN."""
        return {
            p.upn: p
            for p in self.rows["placement"]
            if p.starts_on <= day and (p.ends_on is None or day <= p.ends_on)
        }

    @property
    def begun(self) -> list[Any]:
        """The terms that have begun; the last of them is the one in hand."""
        return [term for term in self.terms if term.starts_on <= DAY]


def history_rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE '%event'")
        tables = [name for (name,) in cursor.fetchall()]
        assert len(tables) > 15
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}
