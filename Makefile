# Two commands for a new machine: `make demo` and `make test`. Needs Python >= 3.11, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests of one file stay together: what they share is made once.
WORKERS := -n auto --dist loadfile --no-loadscope-reorder

# The scripts of an environment name the folder it was made in: a checkout that was moved gets a new one.
ifneq ($(shell cat $(VENV)/.environment 2>/dev/null),$(CURDIR))
$(shell rm -f $(VENV)/.environment)
endif

.DELETE_ON_ERROR:
.PHONY: demo test test-long lint types test-oldest bench validate docs clean

demo: $(VENV)/.demo-installed
	@$(BIN)/scintidot predict --out demo-report

test: lint types
	$(BIN)/python -m pytest $(WORKERS)

lint: $(VENV)/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test-installed
	$(BIN)/mypy

# Programs of the gallery and guides, which `make test` leaves out.
test-long: $(VENV)/.test-installed
	$(BIN)/python -m pytest $(WORKERS) -m long

# The lower bounds of pyproject.toml, installed for real in an environment of their own.
test-oldest:
	$(MAKE) VENV=.venv-oldest .venv-oldest/.oldest-installed
	.venv-oldest/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.demo-installed
	$(BIN)/python -m benchmarks

# Comparisons with published and independent numbers, on one page.
validate: $(VENV)/.test-installed
	$(BIN)/python -m validation

# The site, into docs/_build/html: its pages run their examples. Needs no network.
docs: $(VENV)/.test-installed
	$(BIN)/python -m sphinx -W --keep-going --nitpicky -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

clean:
	rm -rf .venv .venv-oldest demo-report validation-report.html docs/_build docs/generated

# A stamp file is written only after a whole install, so an interrupted run is taken up where it stopped
# and a finished one needs neither time nor network.
$(VENV)/.environment:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "scintidot needs Python 3.11 or newer; found $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m pip --python $(BIN)/python install --quiet pip
	@echo '$(CURDIR)' > $@

$(VENV)/.demo-installed: $(VENV)/.environment pyproject.toml
	@echo "Installing scintidot into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test-installed: $(VENV)/.environment pyproject.toml
	@echo "Installing scintidot and its test tools into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.demo-installed

$(VENV)/.oldest-installed: $(VENV)/.environment pyproject.toml requirements/oldest.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]' --constraint requirements/oldest.txt
	@touch $@
