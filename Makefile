# Every target sets up what it needs; only python3 (3.11 or newer, with venv) and make are assumed.
PYTHON ?= python3
VENV   := .venv
PEERS  := .venv-peers
BIN    := $(VENV)/bin
Q      ?= How do I make POST safe to retry?

.DEFAULT_GOAL := help
.PHONY: help chat ask test check format lint types imports evals bench bench-peers examples index clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# uv is used when present: it installs the same set in seconds.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	@if command -v uv >/dev/null 2>&1; then uv venv -q --seed --python $(PYTHON) $(VENV); else $(PYTHON) -m venv $(VENV); fi

define install
	@echo "Installing into $(VENV) ($(1)); this takes a minute the first time."
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(BIN)/python -e "$(1)"; \
	 else $(BIN)/python -m pip install -q --disable-pip-version-check -e "$(1)"; fi
	@touch $@
endef

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(call install,.)

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(call install,.[dev])
	@touch $(VENV)/.run

chat: $(VENV)/.run  ## start the chat
	@$(BIN)/architect chat

ask: $(VENV)/.run  ## answer one question: make ask Q="..."
	@$(BIN)/architect ask "$(Q)"

index: $(VENV)/.run  ## bring the shipped vectors up to date after a change of guides
	@$(BIN)/architect knowledge sync

test: $(VENV)/.dev  ## run the tests
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

examples: $(VENV)/.dev  ## compile and run the Go, Rust, Java, PHP and Kotlin listings, parse the rest
	@$(BIN)/python knowledge/examples/toolchains.py

check: format lint types imports test evals  ## everything CI runs

format: $(VENV)/.dev
	@$(BIN)/ruff format --check agent evals tests

lint: $(VENV)/.dev
	@$(BIN)/ruff check agent evals tests
	@$(BIN)/architect knowledge check

types: $(VENV)/.dev
	@$(BIN)/mypy
	@$(BIN)/pyright

imports: $(VENV)/.dev
	@$(BIN)/lint-imports

evals: $(VENV)/.dev  ## run the offline evals with the gate
	@$(BIN)/python -m evals validate
	@$(BIN)/python -m evals coverage --enforce
	@$(BIN)/python -m evals leakcheck
	@$(BIN)/python -m evals run --split dev --gate --ci
	@$(BIN)/python -m evals run --split test --gate --ci

bench: $(VENV)/.dev  ## measure start-up, latency, memory and retrieval beside baselines
	@$(BIN)/python -m evals.bench

# Libraries to compare with, in an environment of their own: the product depends on none of them.
$(PEERS)/.run: pyproject.toml evals/bench/peers.txt
	@echo "Installing into $(PEERS); this takes a minute or two the first time."
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install -q --disable-pip-version-check -e . -r evals/bench/peers.txt
	@touch $@

bench-peers: $(PEERS)/.run  ## measure retrieval beside LangChain and LlamaIndex
	@$(PEERS)/bin/python -m evals.bench.peers

clean:  ## remove the environment and caches
	rm -rf $(VENV) $(PEERS) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist build
