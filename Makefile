# Variables: PHP, PHP_CONFIG, PHP_FPM, LIBCLANG_PATH, WORDPRESS_VERSION, WORDPRESS_ZIP, SQLITE_INTEGRATION_ZIP, DESTDIR.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# ext-php-rs wants paths, and builds anew when one of these changes; so they are exported only when somebody sets them.
ifdef PHP
override PHP := $(or $(shell command -v $(PHP)),$(error PHP names no program: $(PHP)))
export PHP
endif
ifdef PHP_CONFIG
override PHP_CONFIG := $(or $(shell command -v $(PHP_CONFIG)),$(error PHP_CONFIG names no program: $(PHP_CONFIG)))
export PHP_CONFIG
endif

export PYTHONDONTWRITEBYTECODE := 1
SITE := python3 tests/site/ctl.py
# The tests end when make does, even by SIGKILL.
RUN := setpriv --pdeathsig TERM python3 tests/site/run.py
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p;T;q' Cargo.toml)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: tools
tools: ## Install what is missing on this Debian machine, each tool named with its use
	@$(SITE) tools

.PHONY: build
build: ## Build the extension into target/release
	@$(SITE) tools build
	cargo build --release

##: the demonstration

.PHONY: demo
demo: ## Raise WordPress with the plugin, play a whole Entra job against it, leave it running
	@$(SITE) tools build site
	@cargo build --release
	@python3 tests/site/demo.py

.PHONY: stop
stop: ## End the demonstration site
	@$(SITE) down --dir target/demo

##: the tests

.PHONY: test
test: tools ## Run every test, on SQLite and on MariaDB; one line for each layer at the end
	@cargo build --release
	@$(RUN)

.PHONY: conformance test-rust test-extension test-entra test-site test-wp test-http test-doctor test-browser test-lint
test-rust: ## The engine without PHP: vectors, properties, documentation examples
	@$(RUN) rust
test-extension: tools build ## The built extension in real PHP
	@$(RUN) extension
test-wp: tools build ## The plugin inside WordPress 7.1, 6.8 and 6.1, single site and network, on SQLite and MariaDB
	@$(RUN) wp
test-http: tools build ## SCIM over HTTP through nginx and php-fpm, on SQLite and MariaDB
	@$(RUN) http
test-doctor: tools build ## The connection doctor on broken servers: nginx, Apache, certificates, plugins
	@$(RUN) doctor
test-browser: tools build ## The pages in Chromium: the setup, accessibility, phone width, right to left, without JavaScript
	@$(RUN) browser
conformance: tools build ## Outside suites against the real site: scim2-tester and scim-sanity, both from PyPI
	@$(RUN) conformance
test-entra: ## The Entra simulator's own tests
	@$(RUN) entra
test-site: ## The tests of what raises the sites and counts the tests
	@$(RUN) site
test-lint: tools ## Formatting, lints with and without PHP, PHP syntax and coding style
	@$(RUN) lint

.PHONY: bench bench-scale
bench: tools build ## Measure against other SCIM libraries, a bare REST route and core's own user creation
	@python3 tests/bench/run.py
bench-scale: tools build ## Measure a site with a million users beside one with a thousand, for half an hour
	@python3 tests/bench/scale.py

##: work on the source

.PHONY: fmt
fmt: ## Format the Rust sources
	cargo fmt

.PHONY: screenshots
screenshots: ## Take the screenshots of the documentation anew, in Chromium
	@$(SITE) tools build site browser
	@cargo build --release
	@tests/browser/install.sh
	@$(SITE) up --dir target/screenshots > target/browser/site.json
	@$(SITE) up --dir target/screenshots-network --network > target/browser/network.json
	@code=0; node tests/browser/screenshots.mjs target/browser/site.json target/browser/network.json || code=$$?; \
		$(SITE) down --dir target/screenshots target/screenshots-network; exit $$code

.PHONY: stubs
stubs: ## Generate the PHP stubs for IDEs anew
	@tests/php/stubs

.PHONY: pot
pot: ## Collect the texts of the plugin for translators anew, and compile the translations
	@$(SITE) tools translation
	@cd plugin && { sed '/^$$/q' languages/scimpress.pot; find . -name '*.php' -printf '%P\n' | LC_ALL=C sort | xgettext -L PHP --from-code=UTF-8 \
		--sort-by-file --add-comments=translators --keyword --keyword=__ --keyword=_e --keyword=_n:1,2 --keyword=esc_html__ --keyword=esc_html_e \
		--keyword=esc_attr__ --keyword=esc_attr_e -f - -o - | sed '1,/^$$/d'; } > languages/scimpress.pot.part
	@mv plugin/languages/scimpress.pot.part plugin/languages/scimpress.pot
	@cd plugin/languages && for po in *.po; do msgmerge --quiet --update --backup=none --no-fuzzy-matching $$po scimpress.pot && msgfmt --check --statistics -o $${po%.po}.mo $$po; done

##: what users get

.PHONY: install
install: ## Install the extension for every SAPI of this machine's PHP (DESTDIR is honoured)
	@if command -v cargo > /dev/null; then cargo build --release; fi
	@tests/site/install.sh install

.PHONY: uninstall
uninstall: ## Take the extension out again
	@tests/site/install.sh uninstall

.PHONY: package
package: build ## Make dist/: the plugin's zip, the extension, SHA256SUMS
	@$(SITE) tools package
	@tests/site/package.sh $(VERSION)

.PHONY: clean
clean: ## End every site and remove what was built or downloaded
	@$(SITE) down --dir target
	rm -rf target dist
