# One word each; `make` alone lists them. CI calls the same recipes.
# Every path is relative, so a checkout in "a folder with spaces" works.

PYTHON ?= python3
PYTHONS = $(PYTHON) python3.14 python3.13 python3.12 python3.11
DUCKDB2 = 2.0.0
SCALE ?= 1
# Tests run on every core; a worker that is done takes over from another.
WORKERS ?= auto
SPREAD = -n $(WORKERS) --dist worksteal

RUN = .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test lint types docs bench test-real test-duckdb2 .venv .venv2

help: ## list these recipes
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

demo: .venv ## a shop with people in it, in the folder demo-shop, made anew each time
	@echo "Where it says ecrm, type .venv/bin/ecrm, or first: . .venv/bin/activate"
	@echo
	@.venv/bin/ecrm demo demo-shop --force

test: .venv ## the tests (no server, no network)
	@echo "Running the tests. Those that need servers, mounts or shells run with: make test-real"
	@$(RUN) -m pytest -m "not real" $(SPREAD) $(ARGS)

lint: .venv ## style, layout, the ladder of imports, stale pages
	@echo "Checking style (ruff), layout (ruff format), the ladder (import-linter), generated pages."
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@.venv/bin/lint-imports
	@$(RUN) -m tests.pages.reference --check

types: .venv ## strict types of source and tests
	@echo "Checking types (mypy, strict)."
	@$(RUN) -m mypy

docs: .venv ## write the generated pages in docs/reference
	@$(RUN) -m tests.pages.reference

bench: .venv ## measure at SCALE (1 is full size: 1 M contacts, 5 M orders)
	@echo "Measuring at scale $(SCALE); the data is made in bench/data."
	@$(RUN) -m bench --scale $(SCALE)

test-real: .venv ## the tests marked real: a shell, a full disk, a browser, the built wheel
	@echo "Running the tests marked real."
	@.ci/browser
	@$(RUN) -m pytest -m real $(ARGS)

test-duckdb2: .venv2 ## the tests on DuckDB 2
	@echo "Running the tests on DuckDB $(DUCKDB2)."
	@.venv2/bin/python -m pytest -m "not real" $(SPREAD) $(ARGS)

.venv: pins = cat constraints.txt
.venv2: pins = sed 's/^duckdb==.*/duckdb==$(DUCKDB2)/' constraints.txt

# What an environment was made from, and where, is kept in it: its scripts name their folder.
.venv .venv2:
	@place="$$(pwd)"; sum="$$($(pins) | cat - pyproject.toml | cksum)"; \
	if $@/bin/python -c '' 2>/dev/null && [ "$$(sed -n 1p $@/made-from 2>/dev/null)" = "$$place" ]; then \
	  [ "$$(sed -n 2p $@/made-from)" = "$$sum" ] && exit 0; \
	  echo "Bringing $@ up to date with pyproject.toml and constraints.txt."; \
	else \
	  python=; \
	  for name in $(PYTHONS); do \
	    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then python="$$name"; break; fi; \
	  done; \
	  if [ -z "$$python" ]; then \
	    found="$$($(PYTHON) -V 2>/dev/null)"; \
	    echo "ecrm needs Python 3.11 or newer; found: $${found:-none}. Install it, or name it: make PYTHON=/path/to/python3" >&2; \
	    exit 1; fi; \
	  if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "$$("$$python" -V) has no venv: install it (on Debian and Ubuntu: apt-get install python3-venv) and run make again." >&2; \
	    exit 1; fi; \
	  echo "Making $@ with $$("$$python" -V) and the packages of constraints.txt (once; about 500 MB)."; \
	  rm -rf $@ && "$$python" -m venv $@ || exit 1; \
	fi; \
	$(pins) > $@/pins.txt \
	&& $@/bin/python -m pip install -qq -c $@/pins.txt hatchling \
	&& $@/bin/python -m pip install -qq -c $@/pins.txt --no-build-isolation -e '.[dev]' \
	&& printf '%s\n' "$$place" "$$sum" > $@/made-from
