"""What the architecture promises of every file, read from the files themselves."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from importlinter.cli import lint_imports

PROJECT = Path(__file__).resolve().parents[2]
APPS = ("parrcs", "schools", "pupils", "assessment", "reporting", "exchange")


@cache
def tracked(*endings: str) -> tuple[Path, ...]:
    """Return the files of the project, those with one of these endings only."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    return tuple(
        PROJECT / name
        for name in listed.split("\0")
        if name and name.endswith(endings or ("",)) and (PROJECT / name).is_file()
    )


def application_code() -> Iterator[tuple[Path, ast.Module]]:
    """Return each Python file of the apps with its syntax tree; migrations are Django's."""
    for file in tracked(".py"):
        parts = file.relative_to(PROJECT).parts
        if parts[0] in APPS and "migrations" not in parts:
            yield file, tree_of(file)


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def at(file: Path, node: ast.AST | int) -> str:
    """Say where something stands, as an editor understands it."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{file.relative_to(PROJECT)}:{line}"


def matches(pattern: str, files: tuple[Path, ...], flags: re.RegexFlag = re.NOFLAG) -> list[str]:
    """Return each place in the files where the pattern occurs."""
    found = []
    for file in files:
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue  # a picture
        found += [
            at(file, text.count("\n", 0, match.start()) + 1) + f": {match.group().strip()}"
            for match in re.finditer(pattern, text, flags)
        ]
    return found


def imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Return every module that is imported, with `from a import b` as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{name.name}") for name in node.names)


def test_higher_layers_import_lower_ones_only(capsys: pytest.CaptureFixture[str]):
    broken = lint_imports(config_filename=str(PROJECT / "pyproject.toml"), no_cache=True)
    assert broken == 0, capsys.readouterr().out


def test_managers_are_used_where_access_is_narrowed_and_nowhere_else():
    allowed = {"models", "selectors", "services", "management"}
    stray = [
        at(file, node)
        for file, tree in application_code()
        if not allowed & {*file.relative_to(PROJECT).with_suffix("").parts}
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]
    assert not stray


def test_views_know_forms_services_and_selectors_and_nothing_of_the_work_behind_them():
    business = re.compile(
        r"django\.db|.*\bmodels\b|.*\bmeasures\b|celery|pghistory|psycopg|weasyprint|vl_convert"
    )
    stray = [
        f"{at(file, node)}: {name}"
        for file, tree in application_code()
        if {"views", "views.py", "tables.py"} & {*file.parts}
        for node, name in imports(tree)
        if business.match(name)
    ]
    assert not stray


def test_only_a_trust_itself_and_an_account_belong_to_no_trust():
    without = {
        model.__name__
        for app in apps.get_app_configs()
        if app.name in APPS
        for model in app.get_models()
        if not any(field.name == "trust" for field in model._meta.fields)
    }
    assert without == {"Trust", "User"}


# Their base class says what they are, and their labels or their `help` say the rest.
SAY_THEMSELVES = {"TextChoices", "IntegerChoices", "AppConfig", "BaseCommand"}


def test_what_others_may_call_says_what_it_does():
    silent = [
        f"{at(file, node)}: {node.name}"
        for file, tree in application_code()
        for node in public(tree)
        if not ast.get_docstring(node)
    ]
    assert not silent


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Return the functions and classes of a module that are for others to use."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = {getattr(base, "attr", getattr(base, "id", "")) for base in node.bases}
            if node.name.startswith("_") or bases & SAY_THEMSELVES or node.name == "Command":
                continue
            yield node
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_no_file_is_too_long_to_be_read_in_one_go():
    long = [
        f"{file.relative_to(PROJECT)}: {lines} lines"
        for file in tracked(".py", ".js", ".css", ".html", ".sh")
        if "migrations" not in file.parts and (lines := len(file.read_text().splitlines())) > 400
    ]
    assert not long


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "helpers", "signals", "misc", "common", "admin"}
    assert not [at(file, 1) for file in tracked(".py") if file.stem in drawers]


def test_templates_hold_no_style_no_script_and_nothing_from_elsewhere():
    templates = tracked(".html")
    assert templates
    assert not matches(
        r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|hx-vals\s*=\s*[\"']js:"
        # A script that has no src holds its code itself.
        r"|<script\b(?![^>]*\ssrc=)[^>]*>"
        # A link may lead elsewhere; what the page loads may not come from there.
        r"|<(?:script|link|img|iframe|source)\b[^>]*\s(?:src|href)=[\"'](?:https?:)?//",
        templates,
        re.IGNORECASE,
    )


def test_no_file_names_a_place_on_one_machine():
    # The same in two halves, so that this line is no finding of its own.
    folders = r"(?<![\w.}$])/(?:" + r"work|root|farm|tmp|home)/[A-Za-z]"
    files = tuple(file for file in tracked() if file.suffix != ".lock")
    assert not matches(folders, files)


def test_locked_packages_have_hashes_and_no_addresses():
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (PROJECT / lock).read_text()
        assert "://" not in text, f"{lock} names a registry"
        requirements = re.split(r"\n(?=\S)", text.strip())
        assert len(requirements) > 30
        for requirement in requirements:
            assert "==" in requirement, requirement
            assert "--hash=sha256:" in requirement, requirement


def test_no_test_sleeps_or_waits_by_what_our_pages_refuse():
    # wait_for_function() works only where it holds at once: later looks are an eval() in the page,
    # which the content security policy refuses.
    asleep = [
        at(file, node)
        for file in tracked(".py")
        if "tests" in file.parts
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"sleep", "wait_for_timeout", "wait_for_function"}
    ]
    assert not asleep
