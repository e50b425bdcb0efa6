# Two commands set everything up: `make up` runs Joey, `make test` proves it. `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Recipes print what they do; `make V=1` shows every command.
$(V).SILENT:

# Python 3.11 if it is installed, else any newer one that runs.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
# Every process that a recipe starts finds Joey and its libraries compiled, even if the environment forbids writing that.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/compiled
unexport PYTHONDONTWRITEBYTECODE
UP ?=
TESTS ?= tests
BENCH ?=
# Three processes, for tests that wait leave a core unused; what belongs to one of them and in which order is said by
# tests/conftest.py: each has a PostgreSQL of its own.
SHARED_OUT := -n 3 --dist loadfile --no-loadscope-reorder

# A stamp holds the checkout's place: a checkout that was moved sets itself up again.
HERE := $(shell pwd | cksum | cut -d' ' -f1)
VENV := .venv/.made-$(HERE)
RUN := .venv/.run-$(HERE)
DEV := .venv/.dev-$(HERE)
LINKED := .venv/.linked-$(HERE)
# Independent clients of marketplaces, a requirements file each: some share the name of their module.
CLIENTS := $(patsubst tests/marketplaces/clients/%.txt,.venv/clients/%/.made,$(wildcard tests/marketplaces/clients/*.txt))
WORDS := $(patsubst %.po,%.mo,$(wildcard joey/*/locale/*/LC_MESSAGES/*.po))

# As root directly, else by sudo without a password; else it stays empty, and the command to run is printed.
AS_ROOT := $(shell if [ "$$(id -u)" = 0 ]; then echo env; elif sudo -n true 2>/dev/null; then echo sudo env; fi)
APT := $(AS_ROOT) DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=5 -o Dpkg::Options::=--force-confold -qq
# Not compiled in advance: that takes longer than the first start needs. The locked files name every package, so nothing
# has to be resolved.
PIP := $(PY) -m pip --disable-pip-version-check --no-input -qq install --no-deps --no-compile --retries 10 --timeout 60

# What the tests need from Debian: a browser, a font with Chinese, what sets Arabic and signs on posters
# (docs/operating.md), the oldest PostgreSQL that Joey runs on.
DEBIAN_PARTS := chromium fonts-dejavu-core fonts-noto-cjk libfribidi0 postgresql-15
# What the slow proofs need besides: two programs that look for holes, run beside Joey and never a part of it.
test-long: DEBIAN_PARTS += wapiti sqlmap
# What `make bench` needs from Debian; without it the benchmarks that want it say that they were not measured.
BENCH_PARTS := wrk nginx-light
# On the oldest PostgreSQL, with the slow proofs: the migrations and everything about money.
ON_15 := $(wildcard tests/ledger tests/orders tests/commissions tests/payouts tests/people/test_two_at_once.py \
	tests/instance/test_migrate_database.py)

# What `make test-quick` leaves to `make test`, beside all that commits or needs a server: pages, large sets, and the
# folders of orders and money, nearly all of whose tests book in a database (`make suite TESTS=tests/orders`).
SLOW_TESTS := tests/journeys tests/instance tests/edge tests/sandbox tests/properties tests/bench \
	tests/toy_marketplace tests/mutations tests/money_verbs tests/api tests/office tests/studio tests/storefront \
	tests/marketplaces/clients tests/catalog/intake/test_import_real_files.py \
	tests/catalog/same_item/test_labelled_sets.py tests/catalog/search/test_paging_while_changing.py \
	tests/catalog/test_refresh_due.py tests/cli/test_import_goods.py tests/cli/test_index.py tests/cli/test_positions.py \
	tests/cli/test_seed.py tests/cli/test_settings_files.py tests/cli/test_up.py tests/insight/test_package_gone.py \
	tests/real_data.py tests/sharing/test_click_partitions.py tests/site/test_queries_per_page.py tests/orders \
	tests/payouts tests/commissions

.PHONY: help setup up test test-quick test-long suite units lint bench lock clean dev debian-parts bench-parts

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(RUN) $(LINKED) $(WORDS) ## install what Joey runs on, into .venv, and nothing else

up: setup ## run Joey at http://localhost:8000 (options: make up UP="--port 8010 --sandbox-port 8011", --no-demo)
	@exec .venv/bin/joey up $(UP)

test: ## check everything: lint and all tests but the slow proofs
	@$(MAKE) --no-print-directory -j2 dev debian-parts
	@$(MAKE) --no-print-directory -j2 lint suite

test-quick: dev ## lint and the units, in under three minutes: no page, no server, nothing that books or commits
	@$(MAKE) --no-print-directory -j2 lint units

test-long: dev debian-parts ## the slow proofs, and everything about money on PostgreSQL 15
	$(PY) -m pytest -q -m long $(SHARED_OUT) $(TESTS)
	JOEY_TEST_POSTGRES=15 $(PY) -m pytest -q -m "not long" $(SHARED_OUT) $(ON_15)

suite: dev ## the tests without lint; of one folder or file: make suite TESTS=tests/payouts
	$(PY) -m pytest -q -m "not long" $(SHARED_OUT) $(TESTS)

units: dev
	$(PY) -m pytest -q -m "not long and not commits and not serves" $(SHARED_OUT) $(addprefix --ignore=,$(SLOW_TESTS)) tests

lint: dev ## style, types, layers, templates, missing migrations, settings of a deployment
	$(PY) -m ruff check .
	$(PY) -m ruff format --check -q .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo
	@if [ -n "$$(find joey -name '*.html' -print -quit)" ]; then $(PY) -m djlint joey --lint --quiet; fi
	JOEY_NO_POOL=1 DJANGO_SETTINGS_MODULE=joey.site.settings $(PY) -W ignore -m django makemigrations --check --dry-run
	JOEY_NO_POOL=1 JOEY_URL=https://joey.example.test JOEY_BEHIND_PROXY=1 DJANGO_SETTINGS_MODULE=joey.site.settings \
		$(PY) -W ignore -m django check --deploy --fail-level WARNING

bench: dev bench-parts ## measure against baselines of the same run, keep JSON in bench/results (BENCH="shop_page --short")
	$(PY) -m bench $(BENCH)

lock: dev ## pin every package with its hashes, after a change in requirements*.in (UPGRADE=--upgrade for newer ones)
	for name in requirements requirements-dev; do \
		$(PY) -m piptools compile -q $(UPGRADE) --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
			--no-emit-find-links --no-emit-trusted-host --no-emit-options --no-header \
			--output-file $$name.txt $$name.in || exit 1; done

clean: ## remove what was built and installed here; the data in .joey stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	find joey tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	find joey -name '*.mo' -delete

dev: setup $(DEV) $(CLIENTS)

$(VENV):
	@if [ -z "$(PYTHON)" ]; then \
		echo "Joey needs Python 3.11 or newer. On Debian 12: apt-get install python3 python3-venv"; exit 1; fi
	@if ! .venv/bin/python -c 'import pip' 2>/dev/null; then \
		echo "Making .venv with $$($(PYTHON) --version) …"; \
		rm -rf .venv; \
		$(PYTHON) -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; $(MAKE) --no-print-directory venv-from-debian; }; fi
	touch $@

# Debian keeps the part of venv that brings pip in a package of its own.
.PHONY: venv-from-debian
venv-from-debian:
	@package=python3$$($(PYTHON) -c 'import sys; print(".%d" % sys.version_info[1])')-venv; \
	command="apt-get update && apt-get install -y $$package"; \
	if [ -z "$(AS_ROOT)" ] || ! command -v apt-get >/dev/null; then \
		echo "Python cannot make a virtual environment yet. Run this once as root, then again what you ran:"; \
		echo "  $$command"; exit 1; fi; \
	echo "Installing $$package from Debian …"; \
	$(APT) update && $(APT) install -y --no-install-recommends $$package >/dev/null && $(PYTHON) -m venv .venv

# pip checks every file against its hash; an unreliable network gets three tries of ten retries each. $(2): more options.
define install
	@echo "Installing $(1) …"
	@for try in 1 2 3; do \
		$(PIP) $(2) --require-hashes -r $(1) && exit 0; \
		echo "That did not work (try $$try of 3)."; sleep $$((try * 3)); done; \
	echo "The packages could not be installed: is the network there? Run the same command again."; exit 1
endef

$(RUN): requirements.txt | $(VENV)
	$(call install,requirements.txt)
	touch $@

$(DEV): requirements-dev.txt | $(RUN)
	$(call install,requirements-dev.txt)
	touch $@

.venv/clients/%/.made: tests/marketplaces/clients/%.txt | $(DEV)
	rm -rf $(@D)
	$(call install,$<,--no-build-isolation --target $(@D))
	touch $@

# The checkout itself is put on the path by hand: that needs no build tool and no network.
$(LINKED): Makefile | $(RUN)
	@$(PY) -c 'import sysconfig, pathlib; pathlib.Path(sysconfig.get_path("purelib"), "joey-checkout.pth").write_text("$(CURDIR)\n")'
	@printf '%s\n' '#!/bin/sh' "'''exec' \"$(CURDIR)/.venv/bin/python\" \"\$$0\" \"\$$@\"" "' '''" \
		'from joey.cli.cli import main' '' 'main(prog_name="joey")' > .venv/bin/joey
	@chmod +x .venv/bin/joey
	touch $@

%.mo: %.po | $(RUN)
	@$(PY) -m babel.messages.frontend -q compile -i $< -o $@

debian-parts:
	@missing=""; for part in $(DEBIAN_PARTS); do \
		dpkg-query -W -f '$${Status}' $$part 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$part"; done; \
	[ -z "$$missing" ] && exit 0; \
	if [ -z "$(AS_ROOT)" ] || ! command -v apt-get >/dev/null; then \
		echo "The tests need$$missing from Debian. Run this once as root, then again what you ran:"; \
		echo "  apt-get update && apt-get install -y --no-install-recommends$$missing"; exit 1; fi; \
	echo "Installing from Debian:$$missing …"; \
	if [ ! -e /etc/postgresql-common/createcluster.conf ]; then : no cluster of Debian\'s own is wanted; \
		$(AS_ROOT) mkdir -p /etc/postgresql-common && \
		echo 'create_main_cluster = false' | $(AS_ROOT) tee /etc/postgresql-common/createcluster.conf >/dev/null; fi; \
	for try in 1 2 3; do $(APT) update && $(APT) install -y --no-install-recommends $$missing >/dev/null && exit 0; \
		sleep $$((try * 3)); done; echo "apt-get could not install$$missing."; exit 1

# nginx is used as a program only: Debian's own service stays off.
bench-parts:
	@missing=""; for part in $(BENCH_PARTS); do \
		dpkg-query -W -f '$${Status}' $$part 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$part"; done; \
	[ -z "$$missing" ] && exit 0; \
	if [ -z "$(AS_ROOT)" ] || ! command -v apt-get >/dev/null; then \
		echo "Not installed:$$missing. Benchmarks that need it are not measured. To install it, as root:"; \
		echo "  apt-get update && apt-get install -y --no-install-recommends$$missing"; exit 0; fi; \
	echo "Installing from Debian:$$missing …"; \
	had_nginx=$$(command -v nginx /usr/sbin/nginx | head -1); \
	$(APT) update && $(APT) install -y --no-install-recommends $$missing >/dev/null || \
		echo "apt-get could not install$$missing: benchmarks that need it are not measured."; \
	[ -n "$$had_nginx" ] || $(AS_ROOT) service nginx stop >/dev/null 2>&1 || true; \
	[ -n "$$had_nginx" ] || $(AS_ROOT) update-rc.d nginx disable >/dev/null 2>&1 || true
