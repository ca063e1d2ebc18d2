"""What stands in the tables of a page and in the sheets of a workbook, read back."""

from html.parser import HTMLParser
from io import BytesIO

from openpyxl import load_workbook

MARKS = "▼◆●▲\N{EN DASH}"
VOID = {"input", "br", "img", "meta", "link", "option"}


class _Tables(HTMLParser):
    """Collects the rows of all tables as texts, without what is only read out."""

    def __init__(self):
        super().__init__()
        self.rows, self._open, self._cell, self._unseen = [], [], None, 0

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        unseen = "unseen" in (dict(attrs).get("class") or "").split()
        self._open.append(unseen)
        self._unseen += unseen
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self._cell = []
        elif tag in {"small", "p"} and self._cell is not None:
            self._cell.append(" ")  # a line of its own

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        self._unseen -= self._open.pop()
        if tag in {"td", "th"}:
            self.rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data):
        if self._cell is not None and not self._unseen:
            self._cell.append(data)


def rows_of_page(response):
    """Return the rows of the tables of a page: lists of texts."""
    parser = _Tables()
    parser.feed(response.content.decode())
    return parser.rows


def bare(text):
    """Return a text without spaces and marks, which a PDF may set as it likes."""
    return "".join(each for each in text if not each.isspace() and each not in MARKS)


def sheets_of(content):
    """Return the sheets of a workbook: what each says of itself, and its rows by heading."""
    found = {}
    for page in load_workbook(BytesIO(content)):
        lines = [list(row) for row in page.iter_rows(values_only=True)]
        head = int("".join(c for c in page.freeze_panes if c.isdigit())) - 2
        heading = lines[head]
        rows, totals = [], {}
        below = False  # what was counted stands below an empty line
        for line in lines[head + 1 :]:
            if not any(value is not None for value in line):
                below = True
                continue
            row = dict(zip(heading, line, strict=True))
            if below:
                totals[line[0]] = row
            else:
                rows.append(row)
        found[page.title] = ({line[0]: line[1] for line in lines[:head] if line[0]}, rows, totals)
    return found
