# Every target sets up its own .venv; the stamp makes the second time quick.
.DEFAULT_GOAL := help
.PHONY: help demo test check format docs bench acceptance clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
UV := $(shell command -v uv 2>/dev/null)

help:  ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("leadnurture needs Python 3.11 or newer; say which: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
ifeq ($(UV),)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
else
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'
endif
	@touch $@

demo: $(STAMP)  ## Ten weeks of a studio's life in some seconds
	@$(BIN)/leadnurture demo

test: $(STAMP)  ## All tests but the acceptance suite
	@$(BIN)/python -m pytest -n auto --dist worksteal -m 'not acceptance'

check: $(STAMP)  ## Format, lint, types, import layers
	@$(BIN)/ruff format --check src tests benchmarks docs
	@$(BIN)/ruff check src tests benchmarks docs
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP)  ## Format and mend what the linter can
	@$(BIN)/ruff format src tests benchmarks docs
	@$(BIN)/ruff check --fix src tests benchmarks docs

docs: $(STAMP)  ## Write docs/commands.md from the commands' help
	@$(BIN)/python docs/generate.py

bench: $(STAMP)  ## Measure; figures as ratios within one run
	@$(BIN)/python -m benchmarks

acceptance: $(STAMP)  ## The slow suite: crash matrices, system servers
	@$(BIN)/python -m pytest -m acceptance -n 2

clean:  ## Remove .venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
