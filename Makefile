# The words to remember: demo, build, test, lint, generate, fuzz, bench.
SHELL := /bin/bash
BIN := bin
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo dev)
export CGO_ENABLED ?= 0

.PHONY: build demo test test-race test-otel test-opus test-e2e test-e2e-race test-sim lint generate fuzz bench soak soak-sim soak-load tools clean

build: ## one static binary
	go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN)/ccgateway ./cmd/ccgateway

demo: build ## a center with callers and agents in it
	$(BIN)/ccgateway demo

test: tools build test-sim test-race test-otel test-opus test-e2e ## everything; installs sipp and baresip from Debian where they are missing
	@scripts/not-run

test-race: ## every room under the race detector
	CGO_ENABLED=1 go test -race -timeout 30m $$(go list ./... | grep -v /cmd/)

test-otel: ## what the build tag adds: traces, sent to a collector of the test's own
	go vet -tags otel ./internal/telemetry/... ./cmd/...
	CGO_ENABLED=1 go test -race -tags otel ./internal/telemetry/...
	go test -tags otel -run 'Traces' ./cmd/ccgateway

test-opus: ## what the build tag adds: calls by Opus (cgo, libopus)
	CGO_ENABLED=1 go test -tags opus,nolibopusfile -run 'Codecs|Opus' ./internal/codec ./internal/voice

test-e2e: ## the whole program with real phones, at its own speed: the race detector slows SQLite and sound too much for two cores
	go test -timeout 15m ./cmd/...

test-e2e-race:
	CGO_ENABLED=1 go test -race -timeout 30m ./cmd/...

test-sim: ## the long simulation, without the race detector: it is one goroutine
	go test -timeout 10m -run 'Sim' ./internal/center

lint: ## vet, staticcheck and the linters of .golangci.yml, in the versions written there
	scripts/lint

generate: ## result codes, interface list, configuration reference
	go generate ./...

fuzz: ## every fuzz test for FUZZTIME (default 30s)
	scripts/fuzz

bench:
	go test -run '^$$' -bench . -benchmem ./...

soak: soak-sim soak-load ## hours: the long simulation, then calls at 80 % load

SOAK_SIM ?= 90m
SOAK_SPARSE ?= 64
soak-sim: ## random commands with new seeds for SOAK_SIM, everything of each checked, and the whole center twice in SOAK_SPARSE: a billion in 90m on two free cores
	GOGC=400 go test -timeout 0 -run 'TestSim$$' -v ./internal/center -sim.soak=$(SOAK_SIM) -sim.sparse=$(SOAK_SPARSE) -sim.first=$$(date +%s)

SOAK_AGENTS ?= 20
SOAK_RATE ?= 1.45
SOAK_TALK ?= 10s
SOAK_FOR ?= 1h
soak-load: build ## SOAK_RATE calls a second for SOAK_FOR; 80 % load is 0.8 * agents / (talk + 1 s)
	scripts/soak-load $(BIN)/ccgateway $(SOAK_AGENTS) $(SOAK_RATE) $(SOAK_TALK) $(SOAK_FOR)

tools:
	scripts/install-test-tools

clean:
	rm -rf $(BIN)
