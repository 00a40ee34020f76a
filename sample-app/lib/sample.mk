# What a sample's Makefile does. git-sidecar is built first.
sample := $(notdir $(CURDIR))
build := $(MAKE) --no-print-directory -C ../.. build

.PHONY: run test

run: ## run this sample until Ctrl-C
	@$(build)
	@../../scripts/install-packages samples
	@exec setpriv --pdeathsig TERM ../lib/run.sh $(sample)

test: ## push good and bad changes to it and see what becomes of them
	@$(build)
	@../../scripts/install-packages samples
	@exec setpriv --pdeathsig TERM ./test.sh
