# Two commands on a fresh machine do everything: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO ?= demo
WORKERS ?= 2

.PHONY: setup demo test test-all check docs ui clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	touch $(READY)

demo: setup  ## draw a noisy sample, run the whole chain on it, compare with the known truth
	test -f $(DEMO)/sample/truth.csv || $(BIN)/inksift sample $(DEMO)/sample
	$(BIN)/inksift run $(DEMO)/sample/images --test $(DEMO)/sample/test --truth $(DEMO)/sample/truth.csv \
		--workspace $(DEMO)/workspace --profile demo

# What is compiled is kept, whatever the environment says: both workers and all processes that tests start read it.
test: setup  ## the tests that every change must pass
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-all: setup  ## every test, the slow and wide ones too
	$(BIN)/python -m pytest

check: setup  ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: setup  ## the site, into build/site
	$(BIN)/mkdocs build --strict

ui: setup  ## the Dagster UI on 127.0.0.1:3000, on the demo's pictures unless INKSIFT_SOURCE names others
	test -n "$$INKSIFT_SOURCE" || test -f $(DEMO)/sample/truth.csv || $(BIN)/inksift sample $(DEMO)/sample
	INKSIFT_SOURCE="$${INKSIFT_SOURCE:-$(DEMO)/sample/images}" \
	INKSIFT_WORKSPACE="$${INKSIFT_WORKSPACE:-$(DEMO)/workspace}" \
		$(BIN)/inksift ui

clean:  ## remove the environment and the demo
	rm -rf $(VENV) $(DEMO)
