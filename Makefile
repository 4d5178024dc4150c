# What one does by hand with this project. `make help` lists it.
#   MODE=docker|native   forces how the system runs (else Docker where an engine answers and has the images)
#   GATEWAY_PORT=8080 MAIL_PORT=1080   where the site and the mail catcher listen
#   T="-k seats -x"      arguments for pytest;   SCOPE="catalog:write"   scopes of `make token`
#   BENCH="--quick load" arguments for a bench
#   YES=1                removes without a question, for scripts;   SECRET=links-key   the one secret to show
#   BACKUP_DIR=backups   where backups are put;   BACKUP=folder   the one to restore
PYTHON ?= python3
MODE ?=
T ?=
SCOPE ?=
SECRET ?=
YES ?=
BENCH ?=
FAULTS ?=
SERVICES = catalog registration notifications
RUN = .venv/bin/python
# Each may start all three services: with more of them, the connections of a test run could run out.
PARALLEL = --numprocesses logical --maxprocesses 4
# Where a file or words are asked for, workers would take longer to start than the tests.
ONE_BY_ONE = $(or $(findstring -k,$(T)),$(findstring .py,$(T)),$(findstring --collect-only,$(T)))
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(UPGRADE)
export MODE YES
.DEFAULT_GOAL := help
.PHONY: $(shell sed -nE 's/^([a-z-]+):.*/\1/p' Makefile)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 15

venv:
	@$(PYTHON) -m deploy.bootstrap

up: venv ## set everything up, start the system, say where it is
	@$(RUN) -m deploy.run up

dev: venv ## run the whole system natively, and restart a service when its code or templates change; Ctrl-C stops it
	@$(RUN) -m deploy.development

restart: venv ## restart the api and the worker of one running service (SERVICE=catalog)
	@$(RUN) -m deploy.run restart $(SERVICE)

down: venv ## stop all of it, keep the data
	@$(RUN) -m deploy.run down

clean: venv ## stop all of it and remove its data, volumes and images, and no other folder's; asks first (YES=1)
	@$(RUN) -m deploy.run clean

status: venv ## what runs, and where
	@$(RUN) -m deploy.run status

logs: venv ## follow what every process says
	@$(RUN) -m deploy.run logs

sample: venv ## import the sample program into the running system, which `make up` does only where it has never held anything
	@$(RUN) -m deploy.run sample

demo: venv ## the scenario from 15 December 2016 to 2018, step by step
	@$(RUN) -m deploy.demo

roll: venv ## replace a running service with the code of this folder, losing no request (SERVICE=catalog; containers)
	@$(RUN) -m deploy.rolling $(SERVICE)

backup: venv ## write everything but secrets to BACKUP_DIR (backups/), while the system runs
	@$(RUN) -m deploy.backup take

restore: venv ## start the stopped system with BACKUP=folder (the newest); REPLACE=yes where there is data
	@$(RUN) -m deploy.backup restore

backup-drill: venv ## back up under load, destroy everything, restore, and check what is there (minutes)
	@$(RUN) -m tests.servers.prepare
	@$(RUN) -m pytest tests/faults/test_restore.py $(T)

secrets: venv ## show the passwords and keys of the running system (SECRET=operator-broker-password: that one)
	@$(RUN) -m deploy.run secrets $(SECRET)

token: venv ## a staff token for the running system (SCOPE="catalog:write" limits it)
	@$(RUN) -m deploy.run token $(SCOPE)

test: venv ## every test, on all processors; with T="-k seats -x", or a path, these alone and at once
	@$(RUN) -m tests.servers.prepare
	@$(RUN) -m pytest $(if $(ONE_BY_ONE),,$(PARALLEL)) $(T)

test-down: venv ## end the PostgreSQL and RabbitMQ that are kept between test runs (they end after half an hour unused)
	@$(RUN) -m tests.servers.down

security: venv ## every test of what nobody may do (CASES=thousands fuzzes for long; T="…" goes to pytest)
	@$(RUN) -m tests.servers.prepare
	@$(RUN) -m pytest tests/security $(PARALLEL) $(T)

faults: venv ## break everything under load, and check that nothing is lost (FAULTS="--short --seed 7")
	@$(RUN) -m tests.faults $(FAULTS)

audit: venv ## ask whether a locked dependency has a vulnerability that is known (needs the internet)
	@$(RUN) -m deploy.audit

sbom: venv ## write what each service consists of, as CycloneDX, to sbom/
	@mkdir -p sbom
	@for service in $(SERVICES); do \
		.venv/bin/cyclonedx-py requirements requirements/$$service.txt --of JSON --output-reproducible -o sbom/$$service.json || exit 1; \
	done

upgrade-test: venv ## the previous release and this tree beside each other, rolled out and taken back under load
	@$(RUN) -m tests.servers.prepare
	@$(RUN) -m pytest tests/upgrade $(T)

promises: venv ## what the plan of faults cannot show, a test a promise (T="-k broker")
	@$(RUN) -m tests.servers.prepare
	@$(RUN) -m pytest tests/faults -m long $(T)

lint: venv ## format, lint, import rules and words, in seconds
	@$(RUN) -m ruff format --check --quiet
	@$(RUN) -m ruff check --quiet
	@.venv/bin/lint-imports --no-logo
	@$(RUN) -m tests.structure.words

types: venv ## check types
	@.venv/bin/basedpyright

check: lint types ## `make lint` and `make types`

schema: venv ## write services/<name>/schema.sql from the migrations
	@$(RUN) -m tests.servers.schemas

format: venv ## format the code, and repair what the linter can
	$(RUN) -m ruff format
	$(RUN) -m ruff check --fix

bench: bench-catalog bench-registration bench-notifications bench-pages ## how fast it is here, as ratios to bare code of the same run

bench-catalog: venv ## how fast the catalog answers, against its goals (BENCH="--quick load")
	@$(RUN) -m tests.bench.catalog $(BENCH)

bench-registration: venv ## how fast seats are taken and events go, against its goals (BENCH="--quick messages")
	@$(RUN) -m tests.bench.registration $(BENCH)

bench-notifications: venv ## how fast mails are caused and sent, against its goals (BENCH="--quick mails")
	@$(RUN) -m tests.bench.notifications $(BENCH)

bench-pages: venv ## what pages cost on an old phone, against their budgets (BENCH="--quick")
	@$(RUN) -m tests.bench.pages $(BENCH)

bench-scaling: venv ## what more replicas bring and cost, on a machine that does nothing else (BENCH="--quick mails")
	@$(RUN) -m tests.bench.scaling $(BENCH)

messages: venv ## extract the texts to translate (translations/messages.pot) and update the .po files
	@$(RUN) -m deploy.messages

mail-pictures: venv ## write docs/mails.md and its picture of every email (needs chromium and pngquant)
	@$(RUN) -m deploy.pictures

lock: venv ## update requirements/ from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@for service in $(SERVICES); do \
		$(LOCK) --group $$service --output-file requirements/$$service.txt || exit 1; \
	done
	@$(LOCK) --group dev $(SERVICES:%=--constraints requirements/%.txt) --output-file requirements/dev.txt
