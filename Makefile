# Two commands on a fresh machine do everything: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO ?= demo
WORKERS ?= 2

# What looks at the supply chain has an environment of its own, so that it is no part of what it looks at.
SUPPLY := $(VENV)/supply
TOOLS := $(SUPPLY)/.ready
SBOM_OF ?= $(BIN)/python
# The docs need 3.11.5. The pins are those of constraints.txt whatever stands here, and fit every 3.11.
LOCK := UV_CUSTOM_COMPILE_COMMAND='make lock' $(SUPPLY)/bin/uv pip compile --quiet --universal --python-version 3.11.5 \
	--generate-hashes --annotation-style line
LOCK_INKSIFT := $(LOCK) pyproject.toml -c constraints.txt -c supply/build.txt
RUN := --extra formats --extra postgres --extra remote

.PHONY: setup demo test test-all check docs ui lock notice sbom audit clean

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

$(TOOLS): supply/tools.txt
	$(PYTHON) -m venv $(SUPPLY)
	$(SUPPLY)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r supply/tools.txt
	touch $(TOOLS)

lock: $(TOOLS)  ## pins with hashes, from constraints.txt and pyproject.toml
	$(LOCK) supply/tools.in -o supply/tools.txt
	$(LOCK) supply/build.in -o supply/build.txt
	$(LOCK_INKSIFT) $(RUN) -o supply/run.txt
	$(LOCK_INKSIFT) $(RUN) --override supply/own-torch.in -o supply/run-own-torch.txt
	$(LOCK_INKSIFT) --all-extras -o supply/everything.txt

notice: setup  ## the list of licences, from what SBOM_OF has installed
	$(SBOM_OF) supply/notice.py > NOTICE.new
	mv NOTICE.new NOTICE

sbom: setup $(TOOLS)  ## build/sbom.json: what SBOM_OF has installed, in CycloneDX's form
	mkdir -p build
	$(SUPPLY)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o build/sbom.json $(SBOM_OF)

audit: $(TOOLS)  ## known advisories for every pin
	$(SUPPLY)/bin/python supply/audit.py

clean:  ## remove the environment and the demo
	rm -rf $(VENV) $(DEMO)
