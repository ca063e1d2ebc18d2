# Every command there is. Each does the set-up it needs first; that takes no time when it is done.
PORT  ?= 8000
STATE ?= .state

python := .venv/bin/python

.PHONY: setup demo test check fix bench

# Find Python, make .venv, and install what running the application takes.
setup:
	@scripts/setup run

# Serve the demo trust on http://127.0.0.1:$(PORT)/ until Ctrl-C; its data stays in $(STATE).
# No shell stands between make and the demo: a signal to make has to reach it.
demo: export PORT := $(PORT)
demo: export STATE := $(STATE)
demo:
	@scripts/setup run
	@$(python) -m parrcs.demo

# Everything that is tested: with PostgreSQL, a Celery worker, Redis and Chromium.
test:
	@scripts/setup dev
	@$(python) -m coverage erase
	$(python) -m coverage run -m pytest --numprocesses 2 --dist loadgroup
	@$(python) -m coverage combine --quiet
	@$(python) -m coverage report

# Everything that is checked without running it: style, types, contracts, migrations, deployment.
check: export STATE := .state/check
check: export STATIC_FROM_SOURCE := 1
check:
	@scripts/setup dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(python) manage.py makemigrations --check --dry-run
	$(python) manage.py data_dictionary --check
	HTTPS=1 SMTP_HOST=mail.example.org \
		SECRET_KEY="$$($(python) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		$(python) manage.py check --deploy --fail-level WARNING

# Mend what can be mended by a program, and write the data dictionary anew.
fix: export STATE := .state/check
fix:
	@scripts/setup dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	$(python) manage.py data_dictionary

# How long things take, as ratios measured in one run.
bench:
	@scripts/setup dev
	@$(python) -m pytest tests/bench/bench_*.py --numprocesses 0 -s
