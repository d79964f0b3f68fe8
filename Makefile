# Needs Python >= 3.11, git and make. Everything is installed in .venv; `make clean` takes it back.

BIN := .venv/bin
# Tests that are neighbours share what they are tried on; so each worker gets a piece of the list.
PYTEST := $(BIN)/pytest --dist worksteal
# What one worker has compiled, the next run reads.
unexport PYTHONDONTWRITEBYTECODE
# The same folder that .venv imports tagwarden from.
export MYPYPATH := .venv/source

.PHONY: help demo test test-thorough mutants coverage fresh lint format docs bench bench-full bench-docs clean
.DEFAULT_GOAL := help

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: .venv/ready-to-run  ## a throw-away server and clone, and what happens to good and bad pushes
	@$(BIN)/python tests/demo.py

test: .venv/ready  ## the test suite, in a few minutes
	@$(PYTEST) -n auto $(ARGS)

test-thorough: .venv/ready  ## at length what `make test` samples; takes long
	@$(PYTEST) -n auto -m thorough -o faulthandler_timeout=14400 $(ARGS)

mutants: .venv/ready  ## whether a test notices each of a list of slips in rules, gate and log; takes long
	@$(BIN)/python tests/mutants.py $(ARGS)

coverage: .venv/ready  ## the test suite with servers and a browser, and whether it reaches enough of the code
	@$(PYTEST) -n 2 -m "not thorough" --cov --cov-report=term $(ARGS)

fresh: .venv/ready-to-run  ## `make demo` and `make test` on a machine that is new (needs root and mmdebstrap)
	@$(BIN)/python tests/fresh_machine.py $(ARGS)

lint: .venv/ready  ## ruff and mypy
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy

format: .venv/ready  ## put right what ruff can put right
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

docs: .venv/ready  ## write the generated pages of docs/ anew
	@$(BIN)/python docs/generate.py
	@$(BIN)/python docs/side_by_side.py

bench: .venv/ready  ## the budgets of docs/performance.md, in minutes
	@$(BIN)/python -m bench

bench-full: .venv/ready  ## the same up to a million tags
	@$(BIN)/python -m bench --full

bench-docs: .venv/ready  ## docs/performance.md anew, from the last run
	@$(BIN)/python -m bench.page build/bench/results.json

clean:  ## remove what make made
	rm -rf .venv build .coverage .coverage.*

# What the program itself needs; enough for the demo.
.venv/ready-to-run: pyproject.toml .ci/venv
	@sh .ci/venv .
	@touch $@

# And what its developers need.
.venv/ready: pyproject.toml .ci/venv
	@sh .ci/venv '.[dev]'
	@touch .venv/ready-to-run $@
