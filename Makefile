# `make run` shows the program at work, `make test` proves it. Both install what
# they need first. `make` alone says what there is.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Scenarios wait for servers more than they calculate, so more of them than cores run at a time.
export RUST_TEST_THREADS ?= 12

DEMO ?=
BENCH ?=

.PHONY: help
help:
	@echo 'make run     installs what is missing, builds, and opens the program on a simulator;'
	@echo '             without a display it plays the demo in the terminal'
	@echo '             (DEMO="--terminal" for that, DEMO="--fast --lang en" for a quick one in English)'
	@echo 'make test    installs what is missing, and runs everything that CI runs'
	@echo 'make ui      builds the pages of the window, which the Rust build embeds'
	@echo 'make bench   measures speed and scale in a release build (BENCH="poll burst" for some parts), and'
	@echo '             writes docs/benchmarks.md and its drawing; the first time makes a large database'
	@echo 'make fuzz    feeds every reader of foreign text for ten minutes each (FUZZ_SECONDS=60 for less)'
	@echo 'make torture kills workers for ten minutes, and counts what was told twice, lost, late or explained falsely'
	@echo '             (TORTURE_SECONDS=60 SEED=7 for less, or once more)'
	@echo 'make package-linux  writes dist/booking-monitor_VERSION_ARCHITECTURE.deb'
	@echo 'make deny    checks licences, sources and bans of everything that is built in (the first time builds cargo-deny)'
	@echo 'make advisories  asks for known faults of it'
	@echo 'make package-windows   writes dist/booking-monitor-<version>-setup.exe'
	@echo 'make test-windows      runs the Windows program and its installer under Wine'
	@echo 'make clean   removes everything that was built'

.PHONY: run
run:
	@sh scripts/install.sh run
	@echo 'Building. The first time takes a minute or two.'
	@cargo build --locked --package booking-monitor --bin booking-monitor
	@[ ! -f src-tauri/Cargo.toml ] || $(MAKE) window
	@"$${CARGO_TARGET_DIR:-target}/debug/booking-monitor" demo $(DEMO)

# The window lies beside the program, which starts it from there.
.PHONY: window
window: ui
	@cargo build --locked --package booking-monitor-window

# The window's pages. Only what is older than its sources is made anew.
.PHONY: ui
ui: ui/dist/index.html

ui/node_modules/.package-lock.json: ui/package-lock.json
	@echo 'Fetching what the UI is built with'
	@cd ui && npm ci
	@touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json ui/index.html ui/vite.config.ts $(shell find ui/src -type f 2>/dev/null)
	@echo 'Building the UI'
	@cd ui && npm run build
	@touch $@

.PHONY: test
test:
	@sh scripts/install.sh test
	@$(MAKE) ui
	@echo '— format'
	@cargo fmt --all --check
	@echo '— lints'
	@cargo clippy --workspace --all-targets --test window --test package --locked -- -D warnings
	@echo '— build'
	@cargo build --workspace --all-targets --test window --test package --locked
	@echo '— pages'
	@cd ui && npm run --silent lint && npm run --silent check && npm run --silent test && npm run --silent browser
	@echo '— tests'
	@sh scripts/with-keyring.sh cargo test --workspace --locked --no-fail-fast
	@sh scripts/with-keyring.sh --locked cargo test --workspace --locked --quiet --test secret_service
	@DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus BOOKING_MONITOR_TEST_KEYRING=absent \
		cargo test --workspace --locked --quiet --test secret_service
	@echo '— the real application, on a display of its own'
	@sh scripts/with-display.sh cargo test --workspace --locked --quiet --test package
	@# Clicks on a busy machine sometimes miss a row that is drawn anew: what fails twice is no such miss.
	@for try in first second; do \
		if sh scripts/with-display.sh cargo test --workspace --locked --quiet --test window; then break; fi; \
		[ $$try = first ] || exit 1; \
		echo 'The real window failed a scenario (above); all of them once more.'; \
	done
	@echo 'All of it passed: format, lints and every test.'

# Not part of `make test`: a figure measured on a busy machine proves nothing.
.PHONY: bench
bench:
	@sh scripts/install.sh test
	@$(MAKE) ui
	@cargo build --locked --release --package booking-monitor --package booking-monitor-window --bins --example bare
	@sh scripts/no-death-points.sh
	@cargo bench --locked --package scenarios --no-run --quiet
	@sh scripts/with-keyring.sh sh scripts/with-display.sh \
		cargo bench --locked --quiet --package scenarios --bench desk -- $(BENCH)

# In memory where there is room: many shops on one disk wait for it alone, and a killed process leaves the same there.
.PHONY: torture
torture:
	@sh scripts/install.sh test
	@cargo build --locked --package booking-monitor
	@if [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi; \
		TORTURE_SECONDS="$${TORTURE_SECONDS:-600}" sh scripts/with-keyring.sh \
		cargo test --locked --quiet --package scenarios --test torture -- --nocapture

# What is found lies in fuzz/artifacts; it belongs into fuzz/corpus with its mend. The sanitizers look for
# what unsafe code does, and there is none; without them it is twice as fast and needs no nightly.
.PHONY: fuzz
fuzz:
	@sh scripts/fuzz.sh "$${FUZZ_SECONDS:-600}"

# Fat link-time optimisation takes minutes more and saves four megabytes of what is installed.
.PHONY: package-linux
package-linux:
	@sh scripts/install.sh package
	@$(MAKE) ui
	@CARGO_PROFILE_RELEASE_LTO=fat cargo build --locked --release --package booking-monitor --package booking-monitor-window
	@sh packaging/linux/package.sh "$${CARGO_TARGET_DIR:-target}/release" dist
	@ls -l dist/*.deb
	@cd dist && sha256sum *.deb

# Not part of `make test`: building the tool takes minutes. CI runs both.
.PHONY: deny advisories
deny: cargo-deny
	@cargo deny --locked check bans licenses sources
	@cargo deny --locked --manifest-path fuzz/Cargo.toml --config deny.toml check bans licenses sources

advisories: cargo-deny
	@cargo deny --locked check advisories

.PHONY: cargo-deny
cargo-deny:
	@command -v cargo-deny >/dev/null 2>&1 || cargo install --locked --version '^0.20' cargo-deny

.PHONY: clean
clean:
	@cargo clean
	@rm -rf ui/dist

# For Windows x64, cross-built on Debian. docs/windows.md says what Wine can show of it.
.PHONY: package-windows test-windows
package-windows:
	@sh scripts/install.sh windows
	@$(MAKE) ui
	@sh scripts/windows.sh package

# Not part of `make test`: it builds the program a second time, for minutes.
test-windows:
	@sh scripts/install.sh windows-test
	@$(MAKE) ui
	@sh scripts/windows.sh package debug
	@sh scripts/windows-test.sh
