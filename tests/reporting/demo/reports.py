"""The demo's reports of the last term that is over, each with its second reckoning."""

import datetime as dt
from typing import NamedTuple

import pytest
from django.utils import timezone

from parrcs.core.access import Access, Role
from parrcs.core.tenancy import in_trust
from reporting.measures.small_numbers import Published, Rules
from reporting.reports.document import Document
from reporting.reports.hiding import published
from reporting.reports.ht import ht_report
from reporting.reports.lgb import lgb_report
from reporting.reports.trustee import trust_document, trustee_report
from reporting.selectors.report_rows import trust_rows
from schools.models import Membership, School, Term, Trust
from schools.selectors.people import workplaces
from tests.reporting.counting import rows_kept
from tests.reporting.reckoning_more import WholeReckoning
from tests.reporting.reckoning_trust import TrustReckoning


class OfSchool(NamedTuple):
    """A school's two reports, and their figures reckoned."""

    whole: Document
    read: Document
    reckoning: WholeReckoning


class OfTrust(NamedTuple):
    """All reports of a term, and their figures reckoned."""

    schools: list[OfSchool]
    read: Document
    reckoning: TrustReckoning


def reports_of(trust: Trust, day: dt.date) -> OfTrust:
    """Make each school's reports and the trustees', one after the other, as if on that day."""
    with in_trust(trust.pk):
        lead = Membership.objects.live().get(role=Role.TRUST_LEAD).person_id
    with in_trust(trust.pk, person_id=lead):
        (access,) = (each.access for each in workplaces(lead))
    with in_trust(trust.pk), rows_kept(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "localdate", lambda *_: day)
        begun = Term.objects.filter(starts_on__lte=day)
        return _made(access, trust, begun.select_related("year").order_by("-starts_on")[1])


def _made(access: Access, trust: Trust, term: Term) -> OfTrust:
    reckoning = TrustReckoning(term.pk)
    reckoning.numbers()
    earlier: list[Published] = []
    found = []
    for school in School.objects.filter(pk__in=reckoning.own).select_related("trust"):
        whole = ht_report(access, school=school, term=term)
        read, hidden = lgb_report(whole, rules=Rules(), earlier=earlier)
        earlier.append(published(hidden.as_json()))
        own = reckoning.own[school.pk]
        own.numbers()
        found.append(OfSchool(whole, read, own))
    document = trust_document(trust_rows(access, trust=trust, term=term))
    read, _ = trustee_report(document, rules=Rules(), earlier=earlier)
    return OfTrust(found, read, reckoning)
