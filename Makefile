# The first Python of 3.11 to 3.13 that really runs.
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null; \
	then echo $$p; break; fi; done)
BIN := .venv/bin

.PHONY: run test bench lint lock clean

run: .venv/installed
	@$(BIN)/python manage.py run

test: .venv/installed-dev
	@$(BIN)/python -m tests

bench: .venv/installed-dev
	@$(BIN)/python -m bench

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/mypy

# Needs uv: resolves the inputs into files that plain pip installs.
lock:
	uv pip compile --no-header --universal --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --no-header --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv .data staticfiles

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Hermes needs Python 3.11, 3.12 or 3.13."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Install Python's venv module (python3-venv) first."; exit 1; }

.venv/installed: .venv/bin/python requirements.txt
	@echo "Installing …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/bin/python requirements.txt requirements-dev.txt
	@echo "Installing what tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/installed
