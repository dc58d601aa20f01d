# The commands a person needs; each installs what it lacks.
VENV := .venv
BIN := $(VENV)/bin
# The environment variable also holds for what pip builds with.
PIP := PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip --disable-pip-version-check -q
PYTHON ?= python3
WORKERS ?= 4

.PHONY: install demo test test-long bench wheel lint docs clean

install: $(VENV)/.run

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) install -e ".[dev]"
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev
	$(PIP) install -e ".[fuzz]"
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/ringboot demo $(ARGS)

test: $(VENV)/.dev
	@tests/install-clients
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not long" $(ARGS)

test-long: $(VENV)/.fuzz
	@tests/install-clients long
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m long $(ARGS)

# A package for machines like this one, with the way of a DHCP message compiled (docs/howto/speed.md).  It is built from
# a copy, because the file pyproject.toml is another one meanwhile.
wheel: $(VENV)/.wheel

$(VENV)/.wheel: pyproject.toml constraints.txt $(shell find src -name '*.py') | $(VENV)/.run
	$(PIP) install hatchling hatch-mypyc
	@rm -rf build dist && mkdir build && cp -r src pyproject.toml README.md LICENSE build
	cd build && HATCH_BUILD_HOOKS_ENABLE=1 $(abspath $(BIN))/python -m hatchling build -t wheel -d ../dist >build.log 2>&1 || { tail -30 build.log; false; }
	@rm -rf build && touch $@

$(VENV)/.compiled: $(VENV)/.wheel
	@rm -rf $(VENV)/compiled
	$(PIP) install --no-deps --target $(VENV)/compiled dist/*.whl
	@touch $@

bench: $(VENV)/.dev $(VENV)/.compiled
	@tests/install-clients bench
	PYTHONPATH=$(abspath $(VENV)/compiled) $(BIN)/python -m bench $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	$(BIN)/python -m docs.build $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
