# What people type most. With an environment active, or: make test BIN=.venv-test/bin/
BIN ?=

.PHONY: test slow lint types docs tutorials bench
test:
	$(BIN)pytest
slow:
	$(BIN)pytest -m "slow or peers"
lint:
	$(BIN)ruff check . && $(BIN)ruff format --check . && $(BIN)lint-imports
types:
	$(BIN)mypy
docs:
	$(BIN)python scripts/build_docs.py
tutorials:
	$(BIN)python scripts/build_tutorials.py --check
bench:
	$(BIN)python benchmarks/step_speed.py
