# Every command of users and developers; `make` alone lists them. Needs Python 3.11 or newer.

SHELL := /bin/sh
PYTHON ?= python3
export PYTHON
# Empty, so that Python keeps compiled modules even where the environment sets it: a process starts in half the time.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
NPM := $(CURDIR)/scripts/node npm
PAGE := services/dashboard/page
BUILT_PAGE := services/dashboard/src/onwatch_dashboard/static/index.html
TALLY_PAGE := tools/tally/page
BUILT_TALLY_PAGE := tools/tally/server/src/onwatch_tally/static/index.html
PYPROJECTS := pyproject.toml $(wildcard libs/*/pyproject.toml services/*/pyproject.toml lab/*/pyproject.toml tools/*/*/pyproject.toml)
PAGE_SOURCES := $(shell find $(PAGE) -type f -not -path '*/node_modules/*' 2>/dev/null)
TALLY_PAGE_SOURCES := $(shell find $(TALLY_PAGE) -type f 2>/dev/null)
PACKAGES := onwatch onwatch_aggregator onwatch_catalog onwatch_client onwatch_contracts onwatch_counting onwatch_dashboard onwatch_detector \
            onwatch_gateway onwatch_geometry onwatch_media onwatch_runtime onwatch_sql onwatch_synthetic onwatch_tally onwatch_testkit
BENCHMARKS := $(patsubst lab/bench/%/__init__.py,bench.%,$(wildcard lab/bench/*/__init__.py))

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: up
up: setup page ## start everything in one process and print the address
	@$(BIN)/onwatch up

.PHONY: setup
setup: .venv/runtime.stamp ## create or update the environment in .venv

.venv/runtime.stamp: requirements/runtime.txt requirements/members.txt $(PYPROJECTS)
	@echo "Setting up the environment in .venv ..."
	@scripts/setup runtime
	@touch $@

.venv/dev.stamp: .venv/runtime.stamp requirements/dev.txt requirements/dev-members.txt
	@echo "Adding the dependencies of checks and tests ..."
	@scripts/setup dev
	@touch $@

.PHONY: page
page: .venv/runtime.stamp $(BUILT_PAGE) $(BUILT_TALLY_PAGE) ## build the browser pages: dashboard and `onwatch tally`

$(PAGE)/node_modules/.package-lock.json: $(PAGE)/package-lock.json | .venv/runtime.stamp
	@echo "Installing the packages of the page ..."
	@cd $(PAGE) && $(NPM) ci --silent --no-audit --no-fund
	@touch $@

# The tally page uses components and packages of the dashboard's page.
$(TALLY_PAGE)/node_modules: | $(PAGE)/node_modules/.package-lock.json
	@ln -sfn ../../../$(PAGE)/node_modules $@

$(BUILT_PAGE): $(PAGE)/node_modules/.package-lock.json $(PAGE_SOURCES)
	@echo "Building the page ..."
	@cd $(PAGE) && $(NPM) run --silent build
	@touch $@

$(BUILT_TALLY_PAGE): $(PAGE)/node_modules/.package-lock.json $(PAGE_SOURCES) $(TALLY_PAGE_SOURCES) | $(TALLY_PAGE)/node_modules
	@echo "Building the page of onwatch tally ..."
	@cd $(TALLY_PAGE) && $(NPM) run --silent build
	@touch $@

.PHONY: sample
sample: .venv/dev.stamp ## render the sample clip of the package
	$(BIN)/python -m onwatch_synthetic.sample src/onwatch/assets

# Files run side by side. The tests of one file share servers and a browser, so they stay in one worker; the longest
# files come first in `testpaths`. One worker more than processors: some tests mostly wait, for a lease to expire or a
# server to come back. Each starts its own servers, so there are no more than four.
TEST_WORKERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
TEST_OPTIONS ?= -n $(TEST_WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: test
test: .venv/dev.stamp page ## test each part, and the system in some cases; installs what the tests need first
	@scripts/test-programs
	cd $(PAGE) && $(NPM) test --silent
	cd $(TALLY_PAGE) && $(NPM) test --silent
	scripts/in-memory $(BIN)/pytest $(TEST_OPTIONS)

.PHONY: test-slow
test-slow: .venv/dev.stamp page ## test the whole system in the many cases that `make test` leaves out
	@scripts/test-programs
	scripts/in-memory $(BIN)/pytest $(TEST_OPTIONS) -m slow

.PHONY: screenshots
screenshots: .venv/dev.stamp page ## take pictures of the main pages in both themes at three widths
	@PYTHONPATH=tests $(BIN)/python -m browser.screenshots screenshots

.PHONY: readme-picture
readme-picture: .venv/dev.stamp page ## take the pictures of the README and of the documentation site again
	@PYTHONPATH=tests $(BIN)/python -m browser.readme_picture docs/pictures

.PHONY: chaos
chaos: .venv/dev.stamp page ## inject faults by 200 seeded schedules: make chaos CHAOS="--first-seed 1000"
	@scripts/test-programs
	PYTHONPATH=tests scripts/in-memory $(BIN)/python -m faults $(CHAOS)

.PHONY: fuzz-api
fuzz-api: .venv/dev.stamp ## send 20,000 generated requests to the HTTP APIs: make fuzz-api FUZZ="--seed 7"
	PYTHONPATH=tests $(BIN)/python -m api_fuzz $(FUZZ)

.PHONY: test-compose
test-compose: .venv/dev.stamp ## test docker-compose.yml and the servers in containers; needs a Docker engine
	$(BIN)/pytest -m docker -o faulthandler_timeout=3660 libs tests/compose  # the first test builds the images

.PHONY: dist
dist: .venv/runtime.stamp page ## build wheels and sdists of all members in dist/
	@$(BIN)/python scripts/dist dist

.PHONY: test-dist
test-dist: .venv/dev.stamp dist ## install these wheels in an empty environment, and count a video there
	$(BIN)/pytest -m dist tests/test_wheels.py

.PHONY: version
version: ## set the version of the project: make version VERSION=0.2.0
	@$(PYTHON) scripts/set-version $(VERSION)

.PHONY: test-orders
test-orders: .venv/dev.stamp page ## start the five services in each of 120 orders
	@scripts/test-programs
	scripts/in-memory $(BIN)/pytest -m orders tests/test_processes.py

.PHONY: check
check: .venv/dev.stamp $(TALLY_PAGE)/node_modules ## lint, format, types, import rules, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES)) $(addprefix -p ,$(BENCHMARKS))
	MYPYPATH=lab/bench/detector $(BIN)/mypy lab/bench/detector
	MYPYPATH=lab/bench/partitions $(BIN)/mypy lab/bench/partitions
	$(BIN)/lint-imports --no-cache
	@$(BIN)/python scripts/docs-site
	cd $(PAGE) && $(NPM) run --silent check
	cd $(TALLY_PAGE) && $(NPM) run --silent check

.PHONY: audit
audit: .venv/runtime.stamp docs-site ## look for known vulnerabilities and licences that do not fit, list the parts (SBOM)
	@scripts/audit

.PHONY: format
format: .venv/dev.stamp ## format, and apply the fixes that ruff knows
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: format-page
format-page: $(TALLY_PAGE)/node_modules ## the same for the sources of the pages
	cd $(PAGE) && $(NPM) run --silent format
	cd $(TALLY_PAGE) && $(NPM) run --silent format

.PHONY: lock
lock: .venv/runtime.stamp ## update every pinned version and its hashes (after a change of *.in alone: scripts/lock)
	@scripts/lock --upgrade

.PHONY: docs
docs: .venv/runtime.stamp ## regenerate the generated documents, and the accounts of the servers
	$(BIN)/python -m onwatch_contracts.message_reference > docs/messages.md
	$(BIN)/python -m onwatch_contracts.asyncapi > docs/asyncapi.json
	$(BIN)/python -m onwatch.server_accounts deploy/servers
	$(BIN)/python -m onwatch.settings_reference > docs/settings.md
	$(BIN)/python -m onwatch.cli_reference > docs/cli.md
	$(BIN)/python -m onwatch.api_reference docs
	PYTHONPATH=tests $(BIN)/python -m inputs

.PHONY: docs-site
docs-site: .venv/runtime.stamp ## build the documentation site in .cache/docs-site/site; broken links end it
	@$(BIN)/python scripts/docs-site

.cache/bench/stamp: lab/bench/detector/requirements.txt
	@echo "Installing the compared programs in .cache/bench ..."
	@$(PYTHON) -m venv --clear .cache/bench
	@.cache/bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@

.PHONY: bench-detector
bench-detector: .venv/runtime.stamp .cache/bench/stamp ## compare the speed of the detector with other programs, write docs/performance.md: make bench-detector DETECTOR="--only sparse"
	$(BIN)/python lab/bench/detector/compare.py --shape 640x640 --shape any --write $(DETECTOR)

COMPOSE ?= docker compose
export COMPOSE

.PHONY: compose-up
compose-up: ## build and start docker-compose.yml, wait until every service is healthy
	@scripts/compose-up

.PHONY: compose-down
compose-down: ## stop it; videos and results stay
	@$(COMPOSE) down

.PHONY: manifests
manifests: ## render deploy/k8s/onwatch.yaml from the chart, and list its values in its README
	@deploy/k8s/setup .cache/manifests
	@.cache/manifests/bin/python deploy/k8s/render.py --lint --check 1.28 --check latest --kubectl > .cache/onwatch.yaml
	@mv .cache/onwatch.yaml deploy/k8s/onwatch.yaml
	@.cache/manifests/bin/python deploy/k8s/chart_readme.py > .cache/chart-readme.md
	@mv .cache/chart-readme.md deploy/k8s/chart/README.md

.cache/checkov/stamp: deploy/k8s/checkov-requirements.txt
	@deploy/k8s/setup .cache/manifests
	@.cache/manifests/bin/python -m venv --clear .cache/checkov
	@.cache/checkov/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@

.PHONY: lint-manifests
lint-manifests: .cache/checkov/stamp ## inspect the chart, rendered with the values in deploy/k8s/samples, by checkov
	@deploy/k8s/lint .cache/manifests .cache/checkov

BENCH_ACCURACY := .cache/bench-accuracy

$(BENCH_ACCURACY)/stamp: lab/bench/accuracy/requirements.txt lab/bench/accuracy/ultralytics.txt lab/bench/accuracy/setup
	@echo "Installing the compared pipelines in $(BENCH_ACCURACY) ..."
	@lab/bench/accuracy/setup $(BENCH_ACCURACY)
	@touch $@

.PHONY: bench-accuracy
bench-accuracy: .venv/runtime.stamp $(BENCH_ACCURACY)/stamp ## count clips with exact ground truth, write docs/accuracy.md
	PYTHONPATH=lab $(BIN)/python -m bench.accuracy --peers $(BENCH_ACCURACY)/bin/python

.PHONY: bench-accuracy-site
bench-accuracy-site: .venv/runtime.stamp $(BENCH_ACCURACY)/stamp ## count drawn traffic at gates, write docs/accuracy-gates.md
	PYTHONPATH=lab $(BIN)/python -m bench.accuracy.site --write --peers $(BENCH_ACCURACY)/bin/python

.cache/bench-doors/stamp: lab/bench/doors/requirements.txt
	@echo "Installing the compared WebSocket servers in .cache/bench-doors ..."
	@$(PYTHON) -m venv --clear .cache/bench-doors
	@.cache/bench-doors/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement $<
	@touch $@

.PHONY: bench-doors
bench-doors: .venv/dev.stamp .cache/bench-doors/stamp ## measure what frames, batches, results, uploads and lists take, beside their peers, write docs/performance.md: make bench-doors DOORS="--quick commits"
	@scripts/test-programs
	@[ -x /usr/sbin/nginx ] || RUNLEVEL=1 scripts/install-debian nginx-light
	PYTHONPATH=lab $(BIN)/python -m bench.doors --write $(DOORS)

.PHONY: bench-scale
bench-scale: .venv/dev.stamp ## demand up to 5,000 videos through one gateway, write docs/scaling.md: make bench-scale SCALE=--quick
	@scripts/test-programs
	PYTHONPATH=lab $(BIN)/python -m bench.scale --write $(SCALE)

.PHONY: bench-partitions
bench-partitions: .venv/dev.stamp ## measure the partitions of the ordered queue on private servers
	@scripts/test-programs
	$(BIN)/python lab/bench/partitions/compare.py

.PHONY: bench-long
bench-long: .venv/dev.stamp ## measure 8 hours in one file, write docs/performance.md: make bench-long LONG="--hours 1"
	PYTHONPATH=lab $(BIN)/python -m bench.long --write $(LONG)

.PHONY: bench-log
bench-log: .venv/dev.stamp ## measure the log of detections on a private PostgreSQL: make bench-log LOG="--minutes 15"
	PYTHONPATH=lab $(BIN)/python -m bench.log $(LOG)

.PHONY: bench-sandbox
bench-sandbox: .venv/dev.stamp ## compare sandboxed decoding with decoding in the worker: make bench-sandbox CLIP=street.mp4
	PYTHONPATH=lab $(BIN)/python -m bench.sandbox $(CLIP) $(SANDBOX)

.PHONY: bench-recount
bench-recount: .venv/dev.stamp ## measure counting an hour again from its log: make bench-recount RECOUNT="--compare"
	PYTHONPATH=lab $(BIN)/python -m bench.recount $(RECOUNT)

.PHONY: bench-page
bench-page: .venv/dev.stamp page ## half an hour of a stream on the page: tasks and memory, write docs/performance.md: make bench-page STREAM="--minutes 5"
	PYTHONPATH=lab $(BIN)/python -m bench.page --write $(STREAM)

.PHONY: clean
clean: ## remove everything that was built; the data folder stays
	rm -rf .venv .cache $(PAGE)/node_modules $(TALLY_PAGE)/node_modules dist $(dir $(BUILT_PAGE) $(BUILT_TALLY_PAGE)) .pytest_cache .mypy_cache .ruff_cache .hypothesis
