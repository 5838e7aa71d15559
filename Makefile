# latentop: `make run` opens the dashboard on a DCGAN in training; `make help` lists the rest.
PYTHON ?= python3
BIN    := .venv/bin
STAMP  := .venv/installed
PRESET ?= dcgan

.DEFAULT_GOAL := help
.PHONY: help install run test test-slow test-all check-textual bench lint check previews keys lock clean

help:            ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 15

install: $(STAMP)  ## install everything into .venv (a second call costs nothing)

# uv from the machine where there is one, else from the package index into .venv itself.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "latentop runs on Python 3.11 to 3.13; $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	    echo "Name another one: make install PYTHON=python3.12"; exit 1; }
	@if command -v uv >/dev/null; then uv venv -q --allow-existing --python "$$(command -v $(PYTHON))" .venv; \
	else $(PYTHON) -m venv .venv && $(BIN)/python -m pip install -q uv; fi
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	$$UV pip install -q --compile-bytecode --python $(BIN)/python -r requirements.lock && \
	$$UV pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

run: install     ## train PRESET (dcgan) and watch it; prints lines where stdout is no terminal
	@$(BIN)/latentop train $(PRESET)

# Tests start hundreds of processes: what they import is compiled once, whatever the shell says.
test test-slow check-textual: export PYTHONDONTWRITEBYTECODE =

test: install    ## the tests that take minutes on two idle cores
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not slow"

test-slow: install  ## the others: they train for real, or press thousands of keys
	$(BIN)/python -m pytest -n 3 --dist worksteal -m slow

test-all:        ## all tests, with fresh random keys and texts
	LATENTOP_FRESH=1 $(MAKE) test test-slow

# Laid over .venv for this one run: the newest Textual and what it needs; .venv stays as it is.
check-textual: install  ## try the newest Textual: what tui/link overrides of it, and the app as a person drives it
	@UV=$$(command -v uv || echo $(BIN)/uv); NEWEST=$$(mktemp -d); trap 'rm -rf "$$NEWEST"' EXIT; \
	VERSION='import importlib.metadata as m; print(m.version("textual"), "with rich", m.version("rich"))'; \
	$$UV pip install -q --python $(BIN)/python --target "$$NEWEST" textual && \
	echo "tested with Textual $$($(BIN)/python -c "$$VERSION")" && export PYTHONPATH="$$NEWEST" && \
	echo "now tried: Textual $$($(BIN)/python -c "$$VERSION")" && \
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not slow" tests/tui

bench: install   ## measure speed beside peers and write benchmarks/RESULTS.md (under twenty minutes, idle)
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	$$UV pip install -q --compile-bytecode --python $(BIN)/python -c requirements.lock -e '.[bench]'
	$(BIN)/python -m benchmarks --write

lint: install    ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test-all  ## everything that must hold

previews: install  ## train presets that the presets screen has no preview of, a minute each
	$(BIN)/python docs/previews.py --missing

keys: install    ## write the README's key list anew from tui/keys.py
	$(BIN)/python docs/keys.py

lock:            ## resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-header --no-emit-index-url -q -o requirements.lock

clean:           ## remove what make installed
	rm -rf .venv
