# Toubib: `make demo` runs it, `make test` proves it. Python 3.11 or later and git are enough to begin.
PYTHON ?= python3
SUITE = $(PYTHON) scripts/suite.py

.PHONY: help demo install test test-spark test-mutation check setup locale screenshots

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## the whole platform with invented people, on 127.0.0.1:$${PORT:-8000}
	@$(SUITE) setup --demo && exec .venv/bin/python -m toubib.config.demo

install: ## .venv of a server in production: the locked packages without the test bench
	@exec $(SUITE) install

test: ## everything: static checks, unit tests on SQLite and PostgreSQL, browser tests
	@exec $(SUITE) test

test-spark: ## the rule book's answers on a local Spark, held to DuckDB's (Java 17)
	@exec $(SUITE) spark

test-mutation: ## change the rules of law by a hair: a case must fail each time (an hour on two cores)
	@$(SUITE) setup && .venv/tools/bin/uv sync --quiet --locked --inexact --group mutation
	@exec .venv/bin/python scripts/mutation.py

check: ## the fast checks: format, lint, types, imports, migrations, fast tests
	@exec $(SUITE) check

setup: ## .venv with the locked packages, and Debian's packages when root
	@exec $(SUITE) setup

locale: ## gather the texts to translate and compile the translations
	@exec $(SUITE) locale

screenshots: ## every screen, into screenshots/
	@exec $(SUITE) screenshots
