# The one command surface. Every target builds what it needs on a machine that has only Python (3.11 or newer) and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo run test check format lock bench faults chaos screenshots schemathesis conformance interpreters clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/runtime.stamp ## embedded upstreams and the gateway in front of them: no token, no network
	$(BIN)/headgate demo

run: $(VENV)/runtime.stamp ## the gateway in front of live GitHub (GITHUB_TOKEN is honoured)
	$(BIN)/headgate serve

# What waits, waits side by side; what measures time runs at last and alone. Tests of commands share what their file has
# started, the others may go to whichever worker is idle. Coverage is of what runs inside a process: it doubles the time, and
# whole commands add nothing to it.
SIDE_BY_SIDE := -n 3 --dist loadfile
ALL_BUSY     := -n 3 --dist worksteal
IN_PROCESS   := tests/unit tests/contract tests/conventions tests/integration
COMMANDS     := tests/end_to_end tests/clients tests/browser
TIMED        := tests/chaos tests/faults

test: $(VENV)/dev.stamp ## all tests
	$(BIN)/pytest $(ALL_BUSY) $(IN_PROCESS)
	$(BIN)/pytest $(SIDE_BY_SIDE) $(COMMANDS)
	$(BIN)/pytest $(TIMED)

check: $(VENV)/dev.stamp ## what CI runs: format, lint, types, imports, tests with branch coverage of app/
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest $(ALL_BUSY) --cov --cov-report=term $(IN_PROCESS)
	$(BIN)/pytest $(SIDE_BY_SIDE) $(COMMANDS)
	$(BIN)/pytest $(TIMED)

format: $(VENV)/dev.stamp ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/bench.stamp ## measure, side by side in one run (needs wrk and nginx)
	$(BIN)/python -m benchmarks

faults: $(VENV)/dev.stamp ## the fault bench in its long form; renews the table of docs/reliability.md (needs openssl)
	$(BIN)/python -m tests.faults

chaos: $(VENV)/dev.stamp ## 20,000 questions while upstreams misbehave at random, for three seeds (docs/chaos.md)
	$(BIN)/python -m tests.chaos

screenshots: $(VENV)/dev.stamp ## renew docs/screenshots (needs chromium)
	$(BIN)/python -m tests.browser

schemathesis: $(VENV)/dev.stamp ## whatever /openapi.json describes is asked for, with all checks of schemathesis (docs/hostile-input.md)
	$(BIN)/python -m tests.hostile.described

interpreters: $(VENV)/dev.stamp ## the tests on every other interpreter that we claim and that is at hand
	sh tests/interpreters.sh

conformance: $(VENV)/runtime.stamp ## the public suite of HTTP caches against a mount (needs npm)
	HEADGATE=$(BIN)/headgate sh tests/conformance/run.sh

lock: $(VENV)/dev.stamp ## renew requirements/*.txt from pyproject.toml
	UV=$(BIN)/uv sh requirements/lock.sh

clean: ## remove what the targets made
	rm -rf $(VENV) .venv-* var .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Headgate needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "Python's venv module is missing (Debian: apt-get install python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: $(VENV)/bin/python requirements/build.txt requirements/runtime.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/bench.stamp: $(VENV)/runtime.stamp requirements/bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@
