# Each target works from a fresh clone with nothing but Python 3.11, make and a package index.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test lint types

demo: $(INSTALLED)
	$(BIN)/tuili demo

# on two cores: two processes of one thread each, or they would wait for each other
test: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(INSTALLED)
	$(BIN)/mypy

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# torch first and pinned: left to the resolver, some indexes answer with gigabytes of CUDA that a CPU has no use for
$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@
