# Every target installs what it needs first; nothing has to be done before.
PYTHON ?= python3
UV ?= $(shell command -v uv || { $(PYTHON) -m uv --version >/dev/null 2>&1 && echo $(PYTHON) -m uv; }) # faster than pip; UV= takes pip
BIN := .venv/bin
READY := .venv/.installed
# What users do not need to run juchu: tests, types, the peers of the bench.
DEVELOP := .venv/.develop

# HOME of the shell is a folder of the user's; a home of juchu is given on make's command line.
home_given = $(if $(filter command line,$(origin HOME)),$(HOME))
ifneq ($(home_given),)
unexport HOME # every program started here would take that name for the user's folder
endif

quoted = '$(subst ','\'',$(1))'

ifneq ($(strip $(UV)),)
new_venv = $(UV) venv --quiet --allow-existing --no-python-downloads --python "$$(command -v $(PYTHON))" .venv
install = $(UV) pip sync --quiet --require-hashes --python $(BIN)/python
else
new_venv = $(PYTHON) -m venv .venv
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r
endif

# Where the system has another Python since (3.13 for 3.11), nothing runs that was installed.
# A look that fails for another reason says nothing, and removes nothing.
look = 'import importlib.util as i; i.find_spec("prefect") or print("anew")'
ifneq ($(wildcard $(READY)),)
ifeq ($(shell if [ -e $(BIN)/python ]; then $(BIN)/python -c $(look); else echo anew; fi),anew)
.PHONY: $(READY)
remove_old = rm -rf .venv
endif
endif

unexport PYTHONDONTWRITEBYTECODE # every process started here would compile the project anew

.DEFAULT_GOAL := help
.PHONY: help demo desk desk-password test test-ci test-long check crash readme screenshots second-day soak year bench cluster cluster-test bench-cluster deploy move-home server worker watch shop run receiver query restore plot sandbox lock audit clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "juchu needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(remove_old)
	$(new_venv)
	$(install) requirements.lock
	@touch $@

$(DEVELOP): requirements-dev.lock $(READY)
	$(install) requirements-dev.lock
	@touch $@

demo: $(READY) ## a whole shop on this machine: Prefect, an RMS, orders, ingest (DEMO_ONCE=1 stops when done)
	$(BIN)/python -m tasks.setup.demo

# What needs a Prefect server runs in one process, the rest in the other (tests/conftest.py).
# A shell that has read prefect.env must not lead them to a server somebody works with.
# With several processes at work a second thread in each costs a fifth of Polars' work.
PYTEST := env -u PREFECT_API_URL -u PREFECT_API_AUTH_STRING -u PREFECT_SERVER_API_AUTH_STRING POLARS_MAX_THREADS=1 $(BIN)/python -m pytest
# A third of its time a process waits for others: three of them keep two cores at work.
SUITE := $(PYTEST) -n 3 --dist loadscope --no-loadscope-reorder --durations=10
# Four of these wait most of the time, for a form and for an analyst's day among others.
LONG := $(subst -n 3,-n 6,$(SUITE))

# What each of these runs is said by a test's marks, tests/support/effort.py.
test: $(DEVELOP) ## the fast suite, each kind of test in its short form; the ten slowest at the end
	$(SUITE)

test-ci: $(DEVELOP) ## what CI adds: 20,000 damaged files, histories and the bugs they must catch
	JUCHU_SUITE=ci $(PYTEST) -n 3 --dist worksteal -k "fuzz or histories or for_ci"

test-long: $(DEVELOP) ## before a part is done: every test, with 25 times the examples
	JUCHU_SUITE=long $(LONG)

check: $(DEVELOP) ## format, lint, spelling, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports

crash: $(DEVELOP) ## kill writers, the receiver and runs at many moments; nothing may be lost
	JUCHU_SUITE=crash $(PYTEST) -k "crash or kill or cut or migrate"

readme: $(DEVELOP) ## README's "Try it", word by word in an empty folder (FOLDER= keeps it), with its times
	$(BIN)/python -m tests.readme $(if $(FOLDER),$(call quoted,$(FOLDER)))

screenshots: $(DEVELOP) ## README's pictures, from a demo that runs and its desk: make screenshots DESK=http://127.0.0.1:…
	$(BIN)/python -m tests.screenshots $(call quoted,$(DESK))

second-day: $(DEVELOP) ## the day after `DEMO_ONCE=1 make demo`: off over 09:00, a kill, a shop of one's own
	$(BIN)/python -m tests.second_day

soak: $(DEVELOP) ## notices by the ten thousand, losses and kills, ten minutes long
	$(BIN)/python -m tests.soak

year: $(DEVELOP) ## 365 days and 200,000 orders in one night, all books compared at the end (DAYS= for fewer)
	$(BIN)/python -m tests.year $(DAYS)

bench: $(DEVELOP) ## speed beside peers, as ratios measured in one run (half an hour; PART= one part, PART=sixty for 90 minutes)
	$(BIN)/python -m tests.bench $(PART)

CLUSTER := .venv/.cluster
CLUSTER_LOCK := docs/operations/requirements-cluster.lock

$(CLUSTER): $(CLUSTER_LOCK) $(DEVELOP)
	$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r $(CLUSTER_LOCK)
	@touch $@

cluster: $(CLUSTER) ## 8 shops in 4 homes on 2 hosts of this machine: 09:00 (needs PostgreSQL and Redis: docs/scaling.md)
	$(BIN)/python -m tests.cluster show

cluster-test: $(CLUSTER) ## within 09:00 a host killed, frozen, cut off, homes moved; an API, services, Redis begun again
	$(BIN)/python -m tests.cluster faults --homes 4 --shops 1 --orders 10

bench-cluster: $(CLUSTER) ## 09:00 on one host and on two with an RMS that waits (200 shops: BENCH="--homes 28 --shops 8 --workers 2 --pause 25")
	$(BIN)/python -m tests.cluster bench $(or $(BENCH),--homes 4 --shops 2)

deploy: $(READY) ## register blocks, limits, automations and every deployment (a home of a cluster: HOME= HOST= FOLDER=)
	$(BIN)/python -m tasks.setup.deploy --home=$(call quoted,$(home_given)) --host=$(call quoted,$(HOST)) --folder=$(call quoted,$(FOLDER))

move-home: $(READY) ## a home of a cluster to another host: make move-home HOME=home-1 TO=host-b (AT=host-b:/folder FROM=)
	@$(BIN)/python -m tasks.setup.move_home --home=$(call quoted,$(home_given)) --to=$(call quoted,$(TO)) --at=$(call quoted,$(AT)) --from=$(call quoted,$(FROM))

server: $(READY) ## a Prefect server with a login of its own (port: PREFECT_SERVER_API_PORT)
	exec $(BIN)/python -m tasks.setup.server

watch: $(READY) ## the warm process: notices in and due stock out, at once (its /metrics: 127.0.0.1:8789)
	exec $(BIN)/python -m tasks.setup.watch

worker: $(READY) ## a worker that runs the deployments
	exec $(BIN)/python -m tasks.setup.worker

shop: $(READY) ## a shop of your own: asks for it, makes its block, checks the connection (SHOP= names it)
	@PREFECT_LOGGING_LEVEL=ERROR $(BIN)/python -m tasks.setup.shop $(call quoted,$(SHOP))

run: $(READY) ## run a deployment, print its message and report: make run FLOW=import-order-csv/manual ARGS='-p path=… -p shop=demo'
	@$(BIN)/python -m tasks.setup.run $(call quoted,$(FLOW)) $(ARGS)

receiver: $(READY) ## take Rakuten's event notices on 127.0.0.1:8788 (docs/receiver.md)
	exec $(BIN)/python -m connectors.notices --port 8788

# As it was typed: dollars and new lines are SQL's own.
query: export JUCHU_QUERY = $(value SQL)
query: $(READY) ## look at the orders: make query SQL="FROM orders LIMIT 3" DB=warehouse|analytics FORMAT=table|csv|json|parquet|xlsx OUT=
	@$(BIN)/python -m tasks.setup.query --db=$(call quoted,$(DB)) --format=$(call quoted,$(FORMAT)) --out=$(call quoted,$(OUT)) -- "$$JUCHU_QUERY"

export: $(READY) ## a mart of the analysts' copy as a file: make export MART=sales_per_day FORMAT=xlsx|csv|parquet OUT=
	@$(BIN)/python -m tasks.setup.export --mart=$(call quoted,$(MART)) --format=$(call quoted,$(FORMAT)) --out=$(call quoted,$(OUT))

plot: $(READY) ## a SKU's level over time as SVG and HTML: make plot SKU=KT-04-A
	@$(BIN)/python -m tasks.stock.plots --sku $(call quoted,$(SKU))

restore: $(READY) ## the warehouse from a backup: make restore FROM=data/local/backup (a good one is replaced with OVER=good only)
	@$(BIN)/python -m tasks.setup.restore --from=$(call quoted,$(FROM)) --over=$(call quoted,$(OVER))

desk: $(READY) ## the pages for shop staff, in Japanese, on 127.0.0.1:8790 (docs/desk.md)
	exec $(BIN)/python -m tasks.desk

desk-password: $(READY) ## a name and password for the desk, as the line for .env: make desk-password NAME=山田
	@$(BIN)/python -m tasks.desk.password $(call quoted,$(NAME))

sandbox: $(READY) ## an RMS on this machine, 200 orders sold
	exec $(BIN)/python -m connectors.sandbox --port 8787 --seed 1 --sell 200

LOCK := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header --upgrade --quiet

lock: $(DEVELOP) ## renew the locks from pyproject.toml: what runs juchu, what develops it, a cluster's server
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev --constraint requirements.lock -o requirements-dev.lock
	$(LOCK) --extra cluster --constraint requirements.lock -o $(CLUSTER_LOCK)

audit: $(DEVELOP) ## known holes in what is locked
	$(BIN)/pip-audit --no-deps --require-hashes -r requirements-dev.lock

clean: ## remove the virtual environment and caches; data/local stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache out
