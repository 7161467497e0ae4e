# install: the environment · demo: try it · test: every check and test · bench: the benchmarks
# load: fifty supervisors for ten minutes (LOAD="--minutes 3 --set 2")
# faults: break the running product, and say what was seen and lost (FAULTS="--only TLS")
# restarts: restart under load, and count the requests that failed (RESTARTS="--times 3")
# machines: two machines, either killed, unplugged or restarted (MACHINES="--times 3 --only killed")
# upgrade: the release before and this one, side by side (FROM=commit)
# coverage: which lines no test runs · screenshots: the pictures of the README, and of what else is worth a look
# messages: bring the catalogues up to date with the sources, and compile them
# lock: pin the newest versions that pyproject.toml allows

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# Dozens of processes read the same sources: what Python compiled of them is kept.
unexport PYTHONDONTWRITEBYTECODE
# What leans on the database: lines, the queue, leases, chunks, secrets.
ON_POSTGRESQL := tests/test_postgresql.py tests/connections/test_limiter.py tests/snapshots/test_queue.py tests/test_encryption.py \
	tests/connections/test_crowd.py tests/alerts/test_once.py tests/pages/test_list_refresh.py tests/audit/test_log.py tests/accounts/test_tokens.py tests/test_prepared.py
# What leans on Django most: every address, the admin's too, forms, sign-in, sessions, mail, commands,
# headers. All on the newest: make on-newest-django ON_NEWEST_DJANGO=tests
ON_NEWEST_DJANGO := tests/access/test_every_address.py tests/access/test_every_admin_page.py tests/test_admin.py \
	tests/accounts/test_sign_in.py tests/accounts/test_sessions.py tests/forms/test_widgets.py tests/http/test_headers.py \
	tests/management tests/notify/test_email.py tests/test_encryption.py tests/test_environment.py tests/test_prepared.py \
	tests/test_thread_locals.py
# A process that dies ends the run: what would take its place may wait for its last test for ever.
PROCESSES := --numprocesses 4 --no-loadscope-reorder --max-worker-restart 0
BESIDE := on-postgresql on-sso on-httpx2 on-newest-django
# By another name, for make -n runs each line that names MAKE itself.
SIDE_BY_SIDE := $(MAKE) --no-print-directory --output-sync
# Just what the lock pins, whatever newer versions an index has; then a look whether it fits together.
INSTALL = $(BIN)/pip install --quiet --no-deps --require-hashes $(1) -r $(lastword $^) && $(BIN)/pip check --quiet
LOCK := $(BIN)/uv pip compile pyproject.toml --extra postgresql --extra sso --universal \
	--upgrade --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: install demo test debian style types migrations collected on-postgresql on-newest-django on-httpx2 on-sso \
	coverage bench load faults restarts machines upgrade screenshots messages lock

install: .venv/installed

demo: .venv/installed
	@PORT=$(PORT) exec $(BIN)/python -m dashboard.operations.demo

# Beside the tests run those that take a process each; what they say follows only if one fails.
test:
	@$(SIDE_BY_SIDE) --jobs 2 .venv/installed-dev debian
	@$(SIDE_BY_SIDE) --jobs 3 style types migrations collected
	@$(SIDE_BY_SIDE) --jobs 2 $(BESIDE) >.venv/beside.log 2>&1 & beside=$$!; \
	trap 'kill $$beside' INT TERM; \
	$(BIN)/pytest $(PROCESSES); failed=$$?; \
	wait $$beside || { cat .venv/beside.log; exit 1; }; \
	exit $$failed

# Debian installs for one process at a time, and the environment may need a package first.
debian: .venv/created
	@sh tests/debian.sh

# The checks before the tests, side by side: those that fail soonest come first.
style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	@# Its only wheel is for Linux on x86-64.
	[ ! -x $(BIN)/biome ] || $(BIN)/biome check --config-path=.biome.jsonc --error-on-warnings
	$(BIN)/lint-imports

types:
	$(BIN)/mypy

migrations:
	$(BIN)/python -m django makemigrations --check --dry-run --settings tests.settings

# Once here, and not by each of the processes that run the tests.
collected:
	@said=$$($(BIN)/pytest --collect-only -qq) || { echo "$$said"; exit 1; }

on-postgresql:
	sh tests/postgresql.sh $(BIN)/pytest -qq $(ON_POSTGRESQL)

on-newest-django:
	sh tests/newest_django.sh -qq $(ON_NEWEST_DJANGO)

on-httpx2:
	$(BIN)/python -m pytest -qq -p tests.on_httpx2 tests/isales --ignore-glob='*/test_simulator_*'

# The product with sign-in services of a company.
on-sso:
	TESTS_SSO=1 $(BIN)/pytest -qq tests/sso

coverage: .venv/installed-dev
	@sh tests/debian.sh
	$(BIN)/pytest --cov $(PROCESSES)
	TESTS_SSO=1 $(BIN)/pytest --cov --cov-append tests/sso

bench: .venv/installed-bench
	$(BIN)/python -m tests.bench

load: .venv/installed-bench
	@sh tests/debian.sh nginx postgresql
	$(BIN)/python -m tests.stack.load $(LOAD)

faults: .venv/installed-dev
	@sh tests/debian.sh postgresql
	$(BIN)/python -m tests.stack.faults $(FAULTS)

restarts: .venv/installed-dev
	@sh tests/debian.sh nginx
	$(BIN)/python -m tests.stack.restarts $(RESTARTS)

machines: .venv/installed-dev
	@sh tests/debian.sh nginx postgresql iproute2
	$(BIN)/python -m tests.stack.machines $(MACHINES)

upgrade: .venv/installed-dev
	@sh tests/debian.sh nginx
	$(BIN)/python -m tests.stack.upgrade

screenshots: .venv/installed-dev
	@sh tests/debian.sh
	$(BIN)/python -m tests.screenshots

messages: .venv/installed-dev
	@sh tests/debian.sh gettext
	$(BIN)/python -m django makemessages --settings tests.settings
	$(BIN)/python -m django compilemessages --settings tests.settings --ignore .venv

lock: .venv/created
	$(BIN)/pip install --quiet uv
	$(LOCK) --python-version 3.11 -o requirements.lock
	$(LOCK) --python-version 3.11 --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --python-version 3.11 --group dev --group bench -c requirements-dev.lock -o requirements-bench.lock
	echo django | $(LOCK) --python-version 3.12 --group dev --override - -o tests/newest_django.lock

.venv/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh tests/debian.sh python3-venv
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/created requirements.lock
	$(call INSTALL)
	@touch $@

# It holds what the other lock does. Of these packages a quarter is ever read, and compiled then.
.venv/installed-dev: .venv/created requirements-dev.lock
	$(call INSTALL,--no-compile)
	@touch $@ .venv/installed

.venv/installed-bench: .venv/installed-dev requirements-bench.lock
	$(call INSTALL,--no-compile)
	@touch $@
