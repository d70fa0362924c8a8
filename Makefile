# What people type most: in the active environment, or else in README's .venv-test if it exists.
BIN ?= $(if $(VIRTUAL_ENV),,$(addsuffix /,$(wildcard .venv-test/bin)))

.PHONY: test slow lint types docs tutorials bench
test:
	$(BIN)pytest -n auto
slow:
	$(BIN)pytest -n auto -m "slow or peers or export"
lint:
	$(BIN)ruff check . && $(BIN)ruff format --check . && $(BIN)lint-imports
types:
	$(BIN)mypy
docs:
	$(BIN)python scripts/build_docs.py
tutorials:
	$(BIN)python scripts/build_tutorials.py --check
bench:
	$(BIN)python -m benchmarks step
