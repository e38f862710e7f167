.PHONY: check compat format laws proofs
PYTHON ?= python

check:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest

format:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

laws:
	$(PYTHON) -m pytest -m hypothesis --hypothesis-profile=new

proofs:
	$(PYTHON) -m pytest -m proof

compat:
	$(PYTHON) benchmarks/compat.py --write
