# The commands people and CI use. `make help` lists them.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN := bin/breakeven
FUZZTIME ?= 20s

.PHONY: help build demo test bench lint fuzz update-golden generate

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## build bin/breakeven
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $(BIN) ./cmd/breakeven

demo: build ## the whole program on a simulated account, no AWS needed
	./$(BIN) demo --no-dashboard

test: ## every test
	go vet ./...
	go test ./...

bench: ## the benchmarks whose figures stand in the README
	go test -run '^$$' -bench . -benchmem ./...

lint: ## gofumpt and staticcheck, pinned by go.mod
	@out=$$(go tool gofumpt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not gofumpt-ed:"; echo "$$out"; exit 1; fi
	go tool staticcheck ./...

fuzz: ## every fuzz target for FUZZTIME
	./.ci/fuzz $(FUZZTIME)

update-golden: ## rewrite golden files; read the diff before committing it
	go test ./report/... ./tui/... ./cmd/... -update

generate: ## regenerate embedded data from its CSV
	go generate ./...
