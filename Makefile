# Each target alone does all it needs, also on a fresh machine. `make` lists them.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CORE_VENV := .venv-core
CORE_INSTALLED := $(CORE_VENV)/.installed
PIP_FLAGS := --quiet --disable-pip-version-check --no-input --constraint constraints.txt

# What core and its tests need: everything but Qt.
CORE_PACKAGES := aiofiles apsw c2pa-python defusedxml kornia-rs msgspec numpy Pillow platformdirs watchfiles \
    hypothesis psutil pytest pytest-asyncio pytest-timeout pytest-xdist

# A process for each core, but no more than memory allows for: each opens windows and workers.
IN_PARALLEL := --numprocesses auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: $(INSTALLED)  ## make .venv with the locked dependencies, and see to Qt's libraries
	@.ci/system-packages test || true

.PHONY: run
run: $(INSTALLED) window-libraries  ## open the window: make run STORE=path (without: a sample store)
	@if [ "$$(uname)" = Linux ] && [ -z "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}$${QT_QPA_PLATFORM:-}" ]; then \
	    echo "There is no display here to open a window on. Run this in a desktop session or" \
	        "over 'ssh -X'; 'contact-sheet STORE --screenshot FILE.png' needs no display." >&2; \
	    exit 1; \
	fi
	@store=$${STORE:-$${XDG_DATA_HOME:-$$HOME/.local/share}/contact-sheet/sample}; \
	if [ -z "$${STORE:-}" ] && [ ! -d "$$store/images" ]; then \
	    $(BIN)/python -m resources.sample "$$store" || exit 1; \
	fi; \
	exec $(BIN)/contact-sheet "$$store"

.PHONY: test
test: $(INSTALLED) test-libraries  ## run every test, headless
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(IN_PARALLEL) $(PYTEST_ARGS)

.PHONY: test-core
test-core: $(CORE_INSTALLED)  ## run core's tests where Qt is not installed
	@$(CORE_VENV)/bin/python -m pytest tests/core $(IN_PARALLEL) $(PYTEST_ARGS)

.PHONY: coverage
coverage: $(INSTALLED) test-libraries  ## measure what core's tests reach: at least 95 % of its branches
	@QT_QPA_PLATFORM=offscreen .ci/coverage $(BIN)

.PHONY: check
check: $(INSTALLED)  ## lint, formatting, types and import contracts
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

.PHONY: screenshots
screenshots: $(INSTALLED) window-libraries  ## make the README's pictures with the program itself
	@.ci/screenshots $(BIN) resources/pictures

.PHONY: bench
bench: $(INSTALLED) test-libraries  ## measure each promise about speed: make bench SIZE=1000000 JSON=out.json
	@$(BIN)/python -m tests.bench $(if $(SIZE),--size $(SIZE)) $(if $(JSON),--json '$(JSON)') $(BENCH_ARGS)

.PHONY: lock
lock: $(INSTALLED)  ## bring constraints.txt up to date with pyproject.toml (UPGRADE=1: newest versions)
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	    --no-header --no-annotate --no-config --quiet $(if $(UPGRADE),--upgrade) \
	    --output-file constraints.txt
	@touch $(INSTALLED)

.PHONY: clean
clean:  ## remove everything that can be made again
	@rm -rf $(VENV) $(CORE_VENV) build dist *.egg-info htmlcov .coverage .coverage.* \
	    .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find core gui resources tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: window-libraries test-libraries
window-libraries:
	@.ci/system-packages window

test-libraries:
	@.ci/system-packages test

$(BIN)/python:
	@python=$$(.ci/system-packages python) && "$$python" -m venv --clear $(VENV)

$(INSTALLED): $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing the dependencies into $(VENV) (some 300 MB, once)"
	@$(BIN)/python -m pip install $(PIP_FLAGS) --editable '.[dev]'
	@touch $@

$(CORE_VENV)/bin/python:
	@python=$$(.ci/system-packages python) && "$$python" -m venv --clear $(CORE_VENV)

$(CORE_INSTALLED): $(CORE_VENV)/bin/python constraints.txt
	@echo "Installing what the core needs into $(CORE_VENV)"
	@$(CORE_VENV)/bin/python -m pip install $(PIP_FLAGS) $(CORE_PACKAGES)
	@touch $@
