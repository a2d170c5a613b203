# Each target does all the set-up by itself; it needs git, make and Python 3.11 to 3.14, nothing else.
#
# uv comes from PATH, else from a private environment in .tools/. What is installed stands in .venv/ and is what uv.lock
# says; it is installed again only when uv.lock or pyproject.toml changes. A Python of the machine is used where there is
# a fitting one, and then uv is told not to download another.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
INSTALLED := .venv/.installed
AXE := tests/browser/node_modules/axe-core/axe.min.js

FITTING := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && command -v "$$p" && break; \
	done)
ifneq ($(FITTING),)
export UV_PYTHON ?= $(FITTING)
export UV_PYTHON_DOWNLOADS ?= never
endif

UV := $(shell command -v uv 2>/dev/null)
ifeq ($(UV),)
UV := .tools/bin/uv
endif

# Where the home folder cannot be written (a container, a build user), the cache goes into the checkout.
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache
export PIP_CACHE_DIR ?= $(CURDIR)/.tools/pip-cache
endif

# The machine's own certificates, so that set-up works behind a company's proxy too.
export UV_SYSTEM_CERTS ?= 1

# Bytecode is made once, at installation; a first run without it spends seconds on compiling.
export UV_COMPILE_BYTECODE := 1

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

.PHONY: run
run: $(INSTALLED) ## fetch, derive and publish everything; prints the layers and where to look
	@$(BIN)/layerledger refresh

.PHONY: serve
serve: $(INSTALLED) ## the published pages on this machine's port 8010
	@$(BIN)/layerledger serve

.PHONY: dev
dev: $(INSTALLED) ## the Dagster UI on this machine's port 3000, with the schedule running
	@$(BIN)/layerledger dev

.PHONY: test
test: $(INSTALLED) ## every test but the browser's and the longest
	@$(BIN)/pytest -n auto -m "not browser and not long"

.PHONY: test-browser
test-browser: $(INSTALLED) $(AXE) ## every page in a real Chromium (needs Debian's package chromium); pictures in .artefacts/
	@$(BIN)/pytest -n auto -m browser

.PHONY: bench-pages
bench-pages: $(INSTALLED) ## weight and speed of the pages in Chromium at a quarter of the speed, page by page
	@$(BIN)/python -m tests.browser.bench

# For the tests of accessibility alone: fetched by npm, pinned by checksum, never shipped. Without npm they are skipped.
$(AXE): tests/browser/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --silent; \
	else echo "no npm, so no axe-core: the tests of accessibility are skipped" >&2; fi

.PHONY: lint
lint: $(INSTALLED) ## style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: $(INSTALLED) ## types
	@$(BIN)/mypy

# dg asks about telemetry unless the instance it finds says no.
.PHONY: graph
graph: $(INSTALLED) ## whether Dagster can load the graph
	@mkdir -p .tools/dagster
	@printf 'telemetry:\n  enabled: false\n' > .tools/dagster/dagster.yaml
	@DAGSTER_HOME=$(CURDIR)/.tools/dagster $(BIN)/dg check defs

.PHONY: docs
docs: $(INSTALLED) ## the generated pages of docs/
	@$(BIN)/python -m analytics.contracts.dictionary > docs/tables.md
	@$(BIN)/python -m pipelines.graph > docs/graph.md

# Proofs take minutes each; PROOFS="live_storm live_daily" runs some of them.
.PHONY: prove
prove: $(INSTALLED) $(AXE) ## the long proofs, which write docs/proofs.md; PROOFS="NAME …" for some
	@$(BIN)/python -m tests.prove $(PROOFS)

$(INSTALLED): uv.lock pyproject.toml | $(UV)
	@echo "installing into .venv, once"
	@$(UV) sync --locked --quiet
	@touch $@

.tools/bin/uv:
	@if [ -z "$(FITTING)" ]; then echo "Python 3.11 to 3.14 is needed, and none is on PATH" >&2; exit 1; fi
	@$(FITTING) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv
