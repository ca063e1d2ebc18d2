"""The data dictionary names every table of ours, and is noticed when it falls behind."""

from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from parrcs.core.management.commands import data_dictionary


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "data-dictionary.md"
    monkeypatch.setattr(data_dictionary, "FILE", file)
    return file


def test_every_table_of_ours_is_in_it_and_history_is_not(page: Path):
    call_command("data_dictionary")
    text = page.read_text()
    for app in ("schools", "pupils", "assessment", "reporting", "exchange"):
        for model in apps.get_app_config(app).get_models():
            named = f"`{model._meta.db_table}`" in text
            assert named is not model.__name__.endswith("Event"), model
    assert "| `role` | text, 20 | role: `teacher` Class teacher, " in text
    assert "| `ended_at` | date and time, may be empty |" in text


def test_a_page_that_is_behind_is_refused(page: Path):
    with pytest.raises(SystemExit, match="behind"):
        call_command("data_dictionary", "--check")
    call_command("data_dictionary")
    call_command("data_dictionary", "--check")
    page.write_text(page.read_text().replace("urn", "number"))
    with pytest.raises(SystemExit, match="behind"):
        call_command("data_dictionary", "--check")
