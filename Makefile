# make demo    the main job end to end in the sandbox, without a key: clips and a contact sheet in output/;
#              DIALECT=kie (newapi, flat, unified, wrapper) speaks as another provider does
# make test    lint, types and all tests
# make torture the long form of the test that nothing is lost or paid twice: N random schedules (10000), about 30 min
# make bench   the figures of the README, each beside the usual way
# make pages   what is made from data and schemas: tables of the READMEs, example workflows, locales, help pages
# Each makes its own environment in .venv first.

PYTHON ?= python3
IMAGE ?=
DIALECT ?= official
OUTPUT ?= output
N ?= 10000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test torture bench pages lint types clean

demo: .venv
	$(BIN)/kling demo --output "$(OUTPUT)" --dialect "$(DIALECT)" $(if $(IMAGE),--image "$(IMAGE)")

test: .venv lint types
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv
	$(BIN)/pyright --pythonpath $(BIN)/python

torture: .venv
	$(BIN)/python -m tests.torture --count $(N)

bench: .venv
	$(BIN)/python -m benchmarks

pages: .venv
	$(BIN)/python tests/readme_tables.py
	$(BIN)/python tests/make_examples.py
	$(BIN)/python tests/make_locales.py
	$(BIN)/python tests/make_help.py
	$(BIN)/python tests/make_messages.py

# torch comes first and pinned: the newest one may be a build for a GPU that is not there.
.venv: $(VENV)/installed

$(VENV)/installed: pyproject.toml
	@echo "Installing into $(VENV): PyTorch first, this can take minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $(VENV)/installed

.PHONY: .venv

clean:
	rm -rf $(VENV) output .pytest_cache .ruff_cache .hypothesis
