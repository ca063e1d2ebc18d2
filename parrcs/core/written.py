"""Words that people wrote, marked while a page is rendered, so that names are sought in them alone.

In a whole page they would be found in dates and headings too: May, June, Will.
"""

import re
from collections.abc import Callable

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Two signs of the private use area: no keyboard writes them.
_BEGIN, _END = "\ue000", "\ue001"


@register.filter
def written(text: object) -> SafeString:
    """Mark what somebody wrote, escaped like any other value."""
    plain = conditional_escape(str(text)).translate({ord(_BEGIN): None, ord(_END): None})
    return mark_safe(f"{_BEGIN}{plain}{_END}")  # noqa: S308  # escaped above


def in_written(page: str, change: Callable[[str], str]) -> str:
    """Return the page with what was marked changed, and without the marks."""
    return re.sub(f"{_BEGIN}(.*?){_END}", lambda found: change(found[1]), page, flags=re.DOTALL)
