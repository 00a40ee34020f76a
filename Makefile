# Every target first installs what it needs and this machine lacks; see scripts/install-packages.

# The Swift toolchain may be where its archive was unpacked.
export PATH := $(PATH):/opt/swift/usr/bin

# Without symbols, and functions that are equal only once.
LINKER := -Xlinker -s -Xlinker --icf=safe

.DEFAULT_GOAL := build
.PHONY: build run demo test test-samples test-servers test-manifests test-readme test-container image lint format clean regenerate test-libgit2-matrix fuzz faults conformance test-kills install uninstall deb test-package release test-release test-debian13 help

build: ## build the release programs, .build/release/git-sidecar and git-sidecar-worker
	@scripts/install-packages build
	swift build -c release --static-swift-stdlib --product git-sidecar $(LINKER)
	swift build -c release --static-swift-stdlib --product git-sidecar-worker $(LINKER)

run: build ## run a web server that is deployed by git push, until Ctrl-C
	@scripts/install-packages run
	@exec setpriv --pdeathsig TERM sample-app/lib/run.sh node

demo: build ## half a minute: a good push, a bad one that is taken back, a repair
	@scripts/install-packages run
	@exec setpriv --pdeathsig TERM sample-app/node/demo.sh

test: ## run the tests, on the release program; FILTER=Name runs some of them, SANITIZE=thread or =address checks more
	@scripts/install-packages build test
	scripts/run-tests $(if $(SANITIZE),--sanitize=$(SANITIZE)) $(if $(FILTER),'$(FILTER)')

test-samples: build ## run the tests of the sample applications, with real servers
	@scripts/install-packages samples
	@exec setpriv --pdeathsig TERM sample-app/lib/test-all.sh

test-servers: build ## try real servers with pushes of each kind and print the table; WRITE=1 writes it into docs/servers, QUICK=1, ONLY=
	@scripts/install-packages servers
	@QUICK='$(QUICK)' ONLY='$(ONLY)' VERBOSE='$(VERBOSE)' exec setpriv --pdeathsig TERM Tests/Servers/driver.sh $(if $(WRITE),--write)

test-manifests: build ## check the files for Kubernetes, Compose and systemd
	@scripts/install-packages manifests
	scripts/validate-manifests

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

test-readme: build ## do what the README says
	@scripts/install-packages run
	scripts/test-readme

image: ## build the container image with Docker or Podman and say what it is made of
	@scripts/build-image

test-container: ## build the image and run it in a real pod with Podman; ends with 77 where that cannot be
	scripts/test-container $(if $(PREBUILT),--prebuilt)

fuzz: ## run each fuzzer for a minute
	@scripts/install-packages build
	scripts/fuzz

test-kills: build ## kill both processes at every call of a deployment that is confirmed; 77 without root
	@scripts/install-packages build test
	@ONLY=confirm:kill: scripts/faults

faults: build ## strike the release program at system calls: docs/reliability.md; QUICK=1, LONG=1, SEED=, ONLY=; 77 without root
	@scripts/install-packages build test
	@QUICK='$(QUICK)' LONG='$(LONG)' SEED='$(SEED)' MINUTES='$(MINUTES)' ONLY='$(ONLY)' scripts/faults

install: ## install below PREFIX (/usr/local) what make has built; DESTDIR= is put before it
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

uninstall: ## remove what make install has put below PREFIX
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install --remove

deb: build ## build the Debian package, .build/packages/git-sidecar_VERSION_amd64.deb
	@scripts/install-packages build package
	@scripts/build-deb

test-package: build ## install, upgrade, remove and purge the package in a root of its own; 77 without root
	@scripts/test-package

test-debian13: ## build, test and package on Debian 13, in a root that debootstrap makes; 77 without root
	@scripts/test-debian13

release: ## make a release of the tagged commit, in .build/dist: docs/packages.md; REHEARSE=1 takes an untagged one
	@scripts/release $(if $(REHEARSE),--rehearse)

test-release: ## make a release twice, in two places, compare, push to a registry here, verify, pull and run it
	@scripts/test-release

conformance: build ## try the release program with git servers of every kind, write docs/conformance.md; QUICK=1, ONLY=, CELL=; 77 without root
	@scripts/install-packages build conformance
	@QUICK='$(QUICK)' ONLY='$(ONLY)' CELL='$(CELL)' VERBOSE='$(VERBOSE)' scripts/conformance

help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-21s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
