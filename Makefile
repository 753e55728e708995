# What a developer runs. Tools are built from modules of their own under tools/,
# so that their dependencies never move a version that the product uses.

SHELL     := bash
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME  ?= 60s
E2ESKIP   ?= ^$$
LINTER     = .bin/golangci-lint
RELEASER   = .bin/goreleaser

.PHONY: help build test lint fmt pinlist docs goldens fuzz torture torture-short e2e bench release-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build .bin/pinward, static
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o .bin/pinward .

test: ## run all Go tests
	go test ./...

lint: $(LINTER) ## check the format, vet and lint
	@unformatted=$$(gofmt -l $$(go list -f '{{.Dir}}' ./...)) && test -z "$$unformatted" || { echo "not gofmt: $$unformatted"; exit 1; }
	$(LINTER) fmt --diff
	go vet -tags e2e ./...
	$(LINTER) run

fmt: $(LINTER) ## write the format that lint wants
	$(LINTER) fmt

pinlist: ## write the lists of popular PINs anew
	go generate ./internal/pinrule

docs: ## write docs/cli anew
	go run ./internal/gendocs docs/cli

goldens: ## write the expected output of the command tests anew
	UPDATE=1 go test ./cmd/...

fuzz: ## run every fuzz target for FUZZTIME (60s), two at a time
	scripts/fuzz.sh $(FUZZTIME)

torture: build ## kill, starve and damage the program, as root; docs/torture.md
	$(call torture,full)
	PINWARD_TORTURE=full go test -count=1 -run '^TestDrill$$' -v ./cmd

torture-short: build ## the same in less time
	$(call torture,short)

define torture
	scripts/torture-setup.sh
	@set -euo pipefail; PINWARD_TORTURE=$(1) PINWARD_TORTURE_PROGRAM=$(CURDIR)/.bin/pinward \
		go test -count=1 -timeout 60m -v ./torture | grep --line-buffered -v -E '^(=== |    +--- PASS)'
endef

e2e: ## open what is written with the programs that people use; E2ESKIP='TestA|TestB' leaves some out
	scripts/e2e-setup.sh
	go test -count=1 -timeout 30m -tags e2e -skip '$(E2ESKIP)' -v ./e2e

bench: build ## measure beside sqlite3 and argon2; docs/performance.md
	scripts/bench-setup.sh
	go run ./bench -bin .bin/pinward

release-check: $(RELEASER) ## check the release recipe
	$(RELEASER) check

clean: ## remove what was built
	rm -rf .bin dist completions manpages

.bin/%: tools/%/go.mod tools/%/go.sum
	cd tools/$* && go build -o ../../$@ tool
