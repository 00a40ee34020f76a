# Every target first installs what it needs and this machine lacks; see scripts/install-packages.

# The Swift toolchain may be where its archive was unpacked.
export PATH := $(PATH):/opt/swift/usr/bin

.DEFAULT_GOAL := build
.PHONY: build test lint format clean regenerate test-libgit2-matrix fuzz help

build: ## build the release program, .build/release/git-sidecar
	@scripts/install-packages build
	swift build -c release --static-swift-stdlib --product git-sidecar -Xlinker -s

test: ## run the tests; FILTER=Name runs some of them, SANITIZE=thread or =address checks more
	@scripts/install-packages build test
	scripts/run-tests $(if $(SANITIZE),--sanitize=$(SANITIZE)) $(FILTER)

lint: ## check format and house rules
	@scripts/install-packages build lint
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	scripts/lint-sources

format: ## format all Swift files
	swift format --in-place --parallel --recursive Package.swift Sources Tests

clean: ## remove everything that was built
	rm -rf .build

regenerate: ## rewrite the documents and expected outputs that come from the table of options
	@scripts/install-packages build
	scripts/regenerate

test-libgit2-matrix: ## run the object store's tests against several versions of libgit2
	@scripts/install-packages build test
	scripts/test-libgit2-matrix

fuzz: ## run each fuzzer for a minute
	@scripts/install-packages build
	scripts/fuzz

help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-21s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
