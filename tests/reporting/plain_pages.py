"""How the pages by strand, over time and of gains are read, and their files."""

import csv
import re
from io import BytesIO, StringIO
from math import sqrt

from django.urls import reverse
from openpyxl import load_workbook

from parrcs.core.sheets import as_csv
from tests.reporting.plain_compare import page, per_cent, said

Z_95, Z_998 = 1.959963984540054, 3.090232306167813
PAGES = {
    "compare_strands": "compare_heat",
    "compare_terms": "compare_trend",
    "compare_gains": "compare_distribution",
}


def lines(client, name, **chosen):
    """The lines of a page's CSV file, and below them the totals of its workbook."""
    text = page(client, f"{name}_file", **chosen).content.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    made = client.get(reverse(f"{name}_file", args=["xlsx"]), chosen).content
    sheet = [row for row in load_workbook(BytesIO(made)).worksheets[0].values if any(row)]
    start = next(place for place, row in enumerate(sheet) if row[:2] == ("Term", "Count pupils"))
    heading = [str(each) for each in sheet[start] if each is not None]
    below = [row[: len(heading)] for row in sheet[start + 1 + len(rows) :]]
    read = csv.DictReader(StringIO(as_csv(heading, below).decode("utf-8-sig")))
    return rows, list(read)


def cells_of(response):
    """The words of each cell, by row and column, whatever else its element says."""
    rows = re.findall(
        r'<tr[^>]* data-unit="(.+?)">(.*?)</tr>', response.content.decode(), re.DOTALL
    )
    return {
        unit: {
            column: said(re.sub(r'<span class="unseen">.*?</span>', "", cell))
            for column, cell in re.findall(
                r'<td[^>]* data-of="([^"]+)"[^>]*>(.*?)</td>', row, re.DOTALL
            )
        }
        for unit, row in rows
    }


def stands(hits, total, rate):
    """Where a share stands, from the limits as a textbook has them."""
    if abs(hits / total - rate) > Z_998 * sqrt(rate * (1 - rate) / total):
        return "Above" if hits / total > rate else "Below"
    if abs(hits / total - rate) > Z_95 * sqrt(rate * (1 - rate) / total):
        return "Watch, high" if hits / total > rate else "Watch, low"
    return "Within"


def share_cell(plain):
    """What a cell says of a share: the share or why there is none, and n of N."""
    n_of_n = f" {plain['hits']} of {plain['total']}" if plain["total"] else ""
    if not plain["due"]:
        return "nothing due"
    if plain["of pupils"] >= 6:
        return f"{per_cent(plain['hits'], plain['total'])} %{n_of_n}"
    return f"too few{n_of_n}" if plain["judged"] else "none yet"


def number_links(response):
    """The address and the first number of each link to the pupils behind it."""
    html = response.content.decode()
    found = re.findall(r'<a class="n" href="([^"]+)">(.*?)</a>', html, re.DOTALL)
    return [
        (href.replace("&amp;", "&"), int(re.search(r"<span>([\d,]+)", words)[1].replace(",", "")))
        for href, words in found
    ]
