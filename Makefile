# The commands of everyday work. `make run` needs Python 3.11 or newer and nothing else.
.DEFAULT_GOAL := run
.PHONY: run test bench lint format messages lock

HOST ?= 127.0.0.1
# Empty: port 8000, or the next free one. Named: that one, or a clear word that it is taken.
PORT ?=

python := .venv/bin/python

run:
	@tools/environment.sh requirements.txt
	@exec $(python) manage.py run --host '$(HOST)' $(if $(PORT),--port '$(PORT)')

# The whole suite, on SQLite and on PostgreSQL. ARGS go to pytest: make test ARGS='tests/views -x'
test:
	@tools/environment.sh requirements-dev.txt
	@exec $(python) tools/test.py $(ARGS)

bench:
	@tools/environment.sh requirements-dev.txt
	@exec $(python) -m bench $(ARGS)

lint:
	@tools/environment.sh requirements-dev.txt
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	.venv/bin/mypy

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/djade --target-version 5.2 $$(find templates -name '*.html')

# The words of the interface: collected anew into every .po file, and compiled. Fails while some are untranslated.
messages:
	@tools/environment.sh requirements-dev.txt
	@$(python) tools/messages.py

compile := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make lock'

# Raise the pins. The lock files hold hashes and no address of a registry.
lock:
	$(compile) --upgrade requirements.in -o requirements.txt
	$(compile) --upgrade requirements-dev.in -o requirements-dev.txt
