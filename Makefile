# Everything a user or a developer types. `make` alone lists it. Python 3.11+ is all that has to be there.

SHELL := /bin/sh
PYTHON ?= python3
export PYTHON
BIN := .venv/bin
PAGE := services/dashboard/page
BUILT_PAGE := services/dashboard/src/onwatch_dashboard/static/index.html
PYPROJECTS := pyproject.toml $(wildcard libs/*/pyproject.toml services/*/pyproject.toml lab/*/pyproject.toml tools/*/*/pyproject.toml)
PAGE_SOURCES := $(shell find $(PAGE) -type f -not -path '*/node_modules/*' 2>/dev/null)
PACKAGES := onwatch onwatch_aggregator onwatch_catalog onwatch_contracts onwatch_dashboard onwatch_detector \
            onwatch_gateway onwatch_geometry onwatch_runtime onwatch_sql onwatch_synthetic onwatch_tally onwatch_testkit

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: up
up: setup page ## start everything in one process and print the address
	@$(BIN)/onwatch up

.PHONY: setup
setup: .venv/runtime.stamp ## the environment in .venv, quick when it is up to date

.venv/runtime.stamp: requirements/runtime.txt $(PYPROJECTS)
	@echo "Setting up the environment in .venv ..."
	@scripts/setup requirements/runtime.txt
	@touch $@

.venv/dev.stamp: .venv/runtime.stamp requirements/dev.txt
	@echo "Adding what checks and tests need ..."
	@scripts/setup requirements/dev.txt
	@touch $@

.PHONY: page
page: .venv/runtime.stamp $(BUILT_PAGE) ## build the browser page

$(PAGE)/node_modules/.package-lock.json: $(PAGE)/package-lock.json | .venv/runtime.stamp
	@echo "Installing what the page is built with ..."
	@cd $(PAGE) && ../../../scripts/node npm ci --silent --no-audit --no-fund
	@touch $@

$(BUILT_PAGE): $(PAGE)/node_modules/.package-lock.json $(PAGE_SOURCES)
	@echo "Building the page ..."
	@cd $(PAGE) && ../../../scripts/node npm run --silent build
	@touch $@

.PHONY: test
test: .venv/dev.stamp page ## set up what the tests need, and pass them
	@scripts/test-programs
	cd $(PAGE) && ../../../scripts/node npm test --silent
	$(BIN)/pytest

.PHONY: chaos
chaos: .venv/dev.stamp page ## kill, stall and cut everything by 200 seeded schedules: make chaos CHAOS="--first-seed 1000"
	@scripts/test-programs
	PYTHONPATH=tests $(BIN)/python -m faults $(CHAOS)

.PHONY: test-compose
test-compose: .venv/dev.stamp ## docker-compose.yml and servers in containers; needs a Docker engine
	$(BIN)/pytest -m docker libs tests/compose

.PHONY: test-orders
test-orders: .venv/dev.stamp page ## start the five services in each of 120 orders
	@scripts/test-programs
	$(BIN)/pytest -m orders tests/test_processes.py

.PHONY: check
check: .venv/dev.stamp $(PAGE)/node_modules/.package-lock.json ## lint, types, boundaries
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))
	$(BIN)/lint-imports
	cd $(PAGE) && ../../../scripts/node npm run --silent check

.PHONY: format
format: .venv/dev.stamp ## format and mend what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lock
lock: .venv/runtime.stamp ## pin every version anew
	.cache/tools/bin/uv pip compile --quiet --upgrade --universal --no-header --no-annotate --python-version 3.11 \
	    --override requirements/overrides.txt requirements/runtime.in --output-file requirements/runtime.txt
	.cache/tools/bin/uv pip compile --quiet --upgrade --universal --no-header --no-annotate --python-version 3.11 \
	    --override requirements/overrides.txt requirements/dev.in --output-file requirements/dev.txt

.PHONY: docs
docs: .venv/runtime.stamp ## write the generated documents anew
	$(BIN)/python -m onwatch_contracts.catalogue > docs/messages.md

.cache/bench/stamp: lab/bench/detector/requirements.txt
	@echo "Setting up what Onwatch is measured against in .cache/bench ..."
	@$(PYTHON) -m venv --clear .cache/bench
	@.cache/bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@

.PHONY: bench-detector
bench-detector: .venv/runtime.stamp .cache/bench/stamp ## measure the worker against others, write docs/performance.md
	$(BIN)/python lab/bench/detector/compare.py --shape 640x640 --shape any --write

COMPOSE ?= docker compose
export COMPOSE

.PHONY: compose-up
compose-up: ## build and start docker-compose.yml, wait until all is healthy
	@scripts/compose-up

.PHONY: compose-down
compose-down: ## stop it; videos and numbers stay
	@$(COMPOSE) down

.PHONY: manifests
manifests: ## render deploy/k8s/onwatch.yaml from the chart
	@deploy/k8s/setup .cache/manifests
	@.cache/manifests/bin/python deploy/k8s/render.py --lint --check 1.28 --check latest --kubectl > .cache/onwatch.yaml
	@mv .cache/onwatch.yaml deploy/k8s/onwatch.yaml

BENCH_ACCURACY := .cache/bench-accuracy

$(BENCH_ACCURACY)/stamp: lab/bench/accuracy/requirements.txt lab/bench/accuracy/ultralytics.txt lab/bench/accuracy/setup
	@echo "Setting up the pipelines to compare with in $(BENCH_ACCURACY) ..."
	@lab/bench/accuracy/setup $(BENCH_ACCURACY)
	@touch $@

.PHONY: bench-accuracy
bench-accuracy: .venv/runtime.stamp $(BENCH_ACCURACY)/stamp ## count clips with exact truth, write docs/accuracy.md
	PYTHONPATH=lab $(BIN)/python -m bench.accuracy --peers $(BENCH_ACCURACY)/bin/python

.PHONY: clean
clean: ## remove what was built; the data folder stays
	rm -rf .venv .cache $(PAGE)/node_modules $(dir $(BUILT_PAGE)) .pytest_cache .mypy_cache .ruff_cache .hypothesis
