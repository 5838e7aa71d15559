# latentop: `make run` opens the dashboard on a DCGAN in training; `make help` lists the rest.
PYTHON ?= python3
BIN    := .venv/bin
STAMP  := .venv/installed
PRESET ?= dcgan

.DEFAULT_GOAL := help
.PHONY: help install run test bench lint check keys lock clean

help:            ## list what can be made
	@grep -E '^[a-z]+: .*##|^[a-z]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

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

test: install    ## all tests (about twenty minutes on two idle cores)
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: install   ## measure speed beside peers and write benchmarks/RESULTS.md (under twenty minutes, idle)
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	$$UV pip install -q --compile-bytecode --python $(BIN)/python -c requirements.lock -e '.[bench]'
	$(BIN)/python -m benchmarks --write

lint: install    ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## everything that must hold

keys: install    ## write the README's key list anew from tui/keys.py
	$(BIN)/python docs/keys.py

lock:            ## resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-header --no-emit-index-url -q -o requirements.lock

clean:           ## remove what make installed
	rm -rf .venv
