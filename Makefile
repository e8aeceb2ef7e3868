# Two commands matter: `make run` (a seller to talk to) and `make test` (everything that must hold).
# Any Python from 3.11 on will do:  make run PYTHON=python3.12

PYTHON ?= python3
VENV   ?= .venv
ARGS   ?=
# Of `make fuzz` and `make storm`: how long, and where chance begins.
SECONDS ?= 60
SEED    ?= 0
# Of `make storm`: end after so many kills; where the worlds are, sqlite or postgresql.
KILLS   ?=
ENGINE  ?= sqlite

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help run test test-all check types style imports documents verify format bench fuzz docs
.PHONY: storm audit release clean

# Where the environment forbids Python to keep what it compiles, every command that a test starts
# would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# One environment serves both jobs, and in both the project is installed editable. A plain install
# for `run` beside an editable one for `test` would undo each other in turn, and `make run` after an
# edit would serve yesterday's code. That the wheel works elsewhere is a test's business.
# The stamps stand inside the environment, so a deleted environment is made again.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mockseller needs Python 3.11 or newer; name one:  make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "No virtual environment could be made (Debian: apt-get install python3-venv)" >&2; exit 1; }

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "Installing mockseller into $(VENV) ..."
	@$(PIP) --editable .
	@touch $@

# Whoever can test can run: the second stamp saves `make run` an installation.
$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo "Installing mockseller and its tools into $(VENV) ..."
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/.run $@

# `make run` needs the smaller environment, and is content with the larger.
run: $(VENV)/.run ## a seller on 127.0.0.1:1500; options in ARGS="--port 0"
	@exec $(BIN)/mockseller serve $(ARGS)

# `verify` takes all processors, the others one each beside it; pytest then takes all there are.
PAIRS := $(MAKE) --no-print-directory --jobs 2 \
  $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
STATIC := types verify style imports documents
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

# What a release runs on PostgreSQL as well: everything that calls a seller in the test's own process.
ON_POSTGRESQL := tests/functions tests/wire tests/control tests/console tests/exercises

test: $(VENV)/.test ## everything that must hold, in about five and a half minutes; what CI runs
	@$(PAIRS) ARGS= $(STATIC)
	$(PYTEST) $(ARGS)

test-all: $(VENV)/.test ## the same, and every case that the short run leaves out
	@$(PAIRS) ARGS= $(STATIC)
	$(PYTEST) --all $(ARGS)
	$(PYTEST) --engine postgresql $(ON_POSTGRESQL)

check: types style imports documents ## types, style, directions of imports, documents

types: $(VENV)/.test
	$(BIN)/mypy

style: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

imports: $(VENV)/.test
	$(BIN)/lint-imports --no-logo

documents: $(VENV)/.test
	$(BIN)/python -m emulator.reference --check

format: $(VENV)/.test ## rewrite the sources in the house's style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.test ## speed, beside bare Flask and other fakes in the same run; ARGS=--quick
	$(BIN)/python -m tests.benchmarks $(ARGS)

verify: $(VENV)/.test ## the three judges on what is ours, the matrix, build/report.html
	@mkdir -p build
	$(BIN)/mockseller verify own --html build/report.html --junit build/report.xml \
	  --save build/report.json --badge build/badge.svg $(ARGS)

# Half of the time in process, half against a server with several workers.
fuzz: $(VENV)/.test ## generated requests and walks through lives; SECONDS=60 SEED=0
	$(BIN)/mockseller verify fuzz --in-process --duration $$(($(SECONDS) / 2)) --seed $(SEED) $(ARGS)
	$(BIN)/mockseller verify fuzz --served --duration $$(($(SECONDS) / 2)) --seed $(SEED) $(ARGS)

# Workers and the whole server are killed while clients buy; ends after so many seconds, or kills.
storm: $(VENV)/.test ## a seller that is killed while clients buy; SECONDS=110 or KILLS=1000, SEED=0, ENGINE=postgresql
	$(BIN)/python -m tests.storm $(if $(KILLS),--kills $(KILLS),--seconds $(if $(filter file,$(origin SECONDS)),110,$(SECONDS))) --seed $(SEED) --engine $(ENGINE)

docs: $(VENV)/.test ## write the generated reference
	$(BIN)/python -m emulator.reference

audit: $(VENV)/.test ## known vulnerabilities of the installed packages; offline it says so
	@$(BIN)/python -m tests.audit

release: audit ## check version, changelog and tag, and build the wheel; audit
	$(BIN)/python -m tests.release

clean: ## forget the environment and everything that was made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
