# make            bin/corpus with the trainer; installs or finds libtorch first
# make libtorch   only libtorch, and gotch fitted to it
# make test       all tests, without and with libtorch
# make demo       the main job on real text: three trained models in five minutes
# make soak       a training killed at each of its steps and writes ends with the same bytes, on libtorch; memory behind 10,000 steps (20 minutes)
# make figures    how well text is taken out of pages, personal data and near-duplicates found: needs ../shared/data, python3-doc, postgresql-doc, installation-guide-amd64
# make tools      linters, and object stores for the tests of ingest/place, into .tools/ (5 minutes)
# make lint       gofumpt, vet, staticcheck, golangci-lint
#
# LIBTORCH=/path  use this libtorch (a CUDA build, say), which holds include/ and lib/

SHELL := /bin/sh
GO ?= go

# For tests and benchmarks; why is in cmd/corpus/torch.go, which sets it for the program.
export GOMP_SPINCOUNT ?= 10000

GOFUMPT_VERSION = v0.12.0
GOLANGCI_VERSION = v2.15.0
VERSITYGW_VERSION = v1.8.0
FAKE_GCS_VERSION = v1.56.1
AZURITE_VERSION = 3.37.0

# The official archive, for those who cannot use apt: it needs an x86-64 Linux.
LIBTORCH_VERSION ?= 2.1.2
LIBTORCH_URL ?= https://download.pytorch.org/libtorch/cpu/libtorch-cxx11-abi-shared-with-deps-$(LIBTORCH_VERSION)%2Bcpu.zip

.PHONY: build libtorch test soak figures demo tools lint clean

build: libtorch
	@$(GO) build -tags torch -o bin/corpus ./cmd/corpus

libtorch:
	@GOWORK=off $(GO) run ./trainer/torch/fit -find >/dev/null 2>&1 || $(MAKE) --no-print-directory .install-libtorch
	@GOWORK=off $(GO) run ./trainer/torch/fit

# As root through apt, with OpenBLAS: Debian's default BLAS is over ten times
# slower. Where that is too old (fit tells), and without root, the official
# archive; a password is never asked for. The archive is not pinned by a checksum:
# its publisher gives none.
.PHONY: .install-libtorch
.install-libtorch:
	@if [ -n "$$LIBTORCH" ]; then GOWORK=off $(GO) run ./trainer/torch/fit -find; exit 1; fi
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing libtorch-dev, libopenblas0-pthread, g++ and poppler-utils (reads PDF) with apt-get"; \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -q -y --no-install-recommends libtorch-dev libopenblas0-pthread g++ poppler-utils; \
	fi; \
	GOWORK=off $(GO) run ./trainer/torch/fit -find >/dev/null 2>&1 || { \
	  echo "downloading $(LIBTORCH_URL) to .libtorch/"; \
	  mkdir -p .libtorch && curl -fL --retry 3 -o .libtorch/libtorch.zip "$(LIBTORCH_URL)" && \
	    (cd .libtorch && { unzip -q -o libtorch.zip || python3 -m zipfile -e libtorch.zip .; }) && rm .libtorch/libtorch.zip \
	  || { echo "libtorch is missing: as root run 'apt-get install libtorch-dev libopenblas0-pthread g++', or unpack $(LIBTORCH_URL) in .libtorch/, or set LIBTORCH to an unpacked libtorch" >&2; exit 1; }; \
	}

# All tests: the pure half, which never needs libtorch, then those with it. tally
# ends with how many ran; it fails when one of the two commands did, or skipped a
# test that testdata/skips.txt does not list.
test: libtorch
	@{ CGO_ENABLED=0 $(GO) test -timeout 20m -json ./... ./testdata/tally 2>&1; echo exit $$?; \
	   $(GO) test -timeout 20m -tags torch -json ./trainer/torch/... ./cmd/corpus/... 2>&1; echo exit $$?; } | GOWORK=off $(GO) run ./testdata/tally 2

# Processes killed with SIGKILL at every step of a run, and at every operation on the
# disk of one that writes checkpoints, twice in a row; and the memory that 10,000 steps
# of each family leave.
soak: libtorch
	@CORPUS_SOAK=1 $(GO) test -tags torch ./trainer/torch -count=1 -timeout 2h -v -run '^(TestSoak|TestMemoryIsSteady)$$'

# The figures of docs/benchmarks.md on extraction, where FIGURES_ALL=1 measures every
# page and makes docs/languages.md anew (12 minutes of two cores), those of docs/pii.md, and the
# recall of every named setting of near-deduplication.
figures:
	@CGO_ENABLED=0 GOWORK=off $(GO) test ./ingest -count=1 -v -run '^(TestExtractionF1|TestDocumentation|TestInstallationGuide)$$' \
	  | awk '/pages |needs|FAIL|^ok/ { sub(/^ *[a-z_]*[.]go:[0-9]*: /, ""); print } /^FAIL/ { failed = 1 } END { exit failed }'
	@PII_FIGURES=1 CGO_ENABLED=0 GOWORK=off $(GO) test ./filter/pii -count=1 -v -run '^(TestPresidio|TestTechnical)$$' \
	  | awk '/pii[.]|MB|phones|needs|FAIL|^ok/ { sub(/^ *[a-z_]*[.]go:[0-9]*: /, ""); print } /^FAIL/ { failed = 1 } END { exit failed }'
	@RECALL_FIGURES=1 CGO_ENABLED=0 GOWORK=off $(GO) test ./dedup -count=1 -timeout 1h -v -run '^TestRecallOfNamedSettings$$' \
	  | awk '/similarity|FAIL|^ok/ { sub(/^ *[a-z_]*[.]go:[0-9]*: /, ""); print } /^FAIL/ { failed = 1 } END { exit failed }'
	@test -z "$$FIGURES_ALL" || CGO_ENABLED=0 GOWORK=off $(GO) run ./testdata/scripts/langid_figures docs/languages.md

# Of one version each: gofumpt, golangci-lint with staticcheck in it, and servers
# of others that speak S3 (with signatures checked), Google's and Azure's.
tools: .tools/gofumpt .tools/golangci-lint .tools/versitygw .tools/fake-gcs-server .tools/azurite
.tools/gofumpt:
	GOWORK=off GOBIN=$(CURDIR)/.tools $(GO) install mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
.tools/golangci-lint:
	GOWORK=off GOBIN=$(CURDIR)/.tools $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
.tools/versitygw:
	CGO_ENABLED=0 GOWORK=off GOBIN=$(CURDIR)/.tools $(GO) install github.com/versity/versitygw/cmd/versitygw@$(VERSITYGW_VERSION)
.tools/fake-gcs-server:
	CGO_ENABLED=0 GOWORK=off GOBIN=$(CURDIR)/.tools $(GO) install github.com/fsouza/fake-gcs-server@$(FAKE_GCS_VERSION)
.tools/azurite:
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix .tools/azurite azurite@$(AZURITE_VERSION)

lint: libtorch .tools/gofumpt .tools/golangci-lint
	@files=$$(git grep -L '^// Code generated' -- '*.go'); \
	  test -z "$$(.tools/gofumpt -l $$files)" || { .tools/gofumpt -d $$files; exit 1; }
	CGO_ENABLED=0 $(GO) vet ./... ./testdata/demo ./testdata/tally ./testdata/scripts/langid_models ./testdata/scripts/langid_fixture ./testdata/scripts/langid_figures ./testdata/scripts/split_pieces
	cd internal/htmldate && GOWORK=off $(GO) vet .
	cd internal/whatlang && GOWORK=off $(GO) vet .
	$(GO) vet -tags torch ./...
	GOFLAGS=-tags=torch .tools/golangci-lint run ./...

# The main job on real text, with all it says checked.
demo: build
	$(GO) run ./testdata/demo

clean:
	rm -rf bin
