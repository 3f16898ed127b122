##@ ChargeSphere
# `make run` serves the app, `make test` proves it. Everything lives in .venv and build/.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
BENCH ?= all
# Real feeds for tests and benchmarks; tests that need them skip where this is not set.
ifneq ($(wildcard ../shared/data/README.md),)
CHARGESPHERE_DATA ?= $(abspath ../shared/data)
endif
export CHARGESPHERE_DATA
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test check bench build machine clean

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## Set up what is missing and serve http://localhost:3000
	@exec $(PY) -m chargesphere run

build: $(VENV)/.runtime ## Compile the app for the browser (run does it by itself)
	@$(PY) -m chargesphere build

test: machine $(VENV)/.dev build ## Set up what is missing, pass every test, then make check
	@# The browser driver keeps an event loop of its own: its tests have processes of their own.
	$(PY) tests/services.py -- $(PY) -m pytest -n 2 --dist loadfile --ignore tests/e2e --cov --cov-report= $(ARGS)
	$(PY) tests/services.py -- $(PY) -m pytest -n 2 --dist loadfile tests/e2e
	$(PY) -m coverage report --precision=1 | tail -n 40
	$(MAKE) --no-print-directory check

check: $(VENV)/.dev ## Format, lint, types, imports, migrations, lock files
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/basedpyright chargesphere/screens chargesphere/chargesphere.py
	$(VENV)/bin/lint-imports
	$(PY) tests/check_migrations.py
	$(PY) tests/check_repository.py

bench: machine $(VENV)/.dev build ## Measure beside peers (BENCH=index|http|import|search|page|all)
	$(PY) tests/services.py -- $(PY) tests/bench/main.py $(BENCH)

machine: ## Install PostgreSQL, PostGIS, Redis and Chromium where they are missing (Debian, root)
	@bash tests/machine.sh

clean: ## Remove what was built (data/ stays)
	rm -rf build .web node_modules .mypy_cache .ruff_cache .hypothesis

$(VENV)/.runtime: requirements.txt constraints.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the app runs on…"
	@$(PY) -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@echo "Installing what the tests need…"
	@$(PY) -m pip install --quiet -r requirements-dev.txt -c constraints.txt
	@touch $@
