# Everything goes through rehearsal/bootstrap.sh, which installs what is missing and continues where it was interrupted.
STACK = dev
# Only `make up KUBECONFIG=<file>` reaches a real cluster: one that the environment happens to name must not.
CLUSTER = $(if $(findstring command,$(origin KUBECONFIG)),--kubeconfig "$(KUBECONFIG)")
RUN = @rehearsal/bootstrap.sh

.DEFAULT_GOAL = help
.PHONY: up preview down status verify chat coverage logs kubectl stacks plan check-config check test test-engine golden bench bench-backend help

up: ## Bring the stack up: on a rehearsal, or with KUBECONFIG=<file> on that cluster
	$(RUN) up --stack "$(STACK)" $(CLUSTER)

preview: ## Show what up would change
	$(RUN) preview --stack "$(STACK)" $(CLUSTER)

down: ## Destroy the stack, and its rehearsal with it
	$(RUN) down --stack "$(STACK)" $(CLUSTER)

status: ## Show what runs, and the stack's outputs; SECRETS=1 shows the API key
	$(RUN) status --stack "$(STACK)" $(CLUSTER) $(if $(SECRETS),--show-secrets)

verify: ## Look whether a running stack does what it should, a line per check
	$(RUN) verify --stack "$(STACK)" $(CLUSTER)

chat: ## Talk to a model on this terminal, without a cluster; with STACK=<name> to the gateway of that running stack
	$(RUN) $(if $(findstring command,$(origin STACK)),chat --stack "$(STACK)" $(CLUSTER) --,-- node rehearsal/chat/main.ts) $(ARGS)

logs: ## Show what a service's pods write: SERVICE=backend; FOLLOW=1 goes on as it comes
	$(RUN) logs --stack "$(STACK)" $(CLUSTER) --service "$(SERVICE)" $(if $(FOLLOW),--follow)

kubectl: ## Run kubectl on the stack's cluster: ARGS="get pods -A"
	$(RUN) kubectl --stack "$(STACK)" $(CLUSTER) -- $(ARGS)

stacks: ## List the stacks and their files, as JSON
	$(RUN) stacks

plan: ## Say what a stack asks of a cluster, without one
	$(RUN) -- node rehearsal/plan/main.ts "$(STACK)"

check-config: ## Check a stack file alone, without tools, cluster or state: FILE=Pulumi.dev.yaml
	$(RUN) -- node rehearsal/offline/check-config.ts "$(FILE)"

check: ## Check what needs no cluster, in about two minutes: format, lint, types, unit tests, golden files
	$(RUN) -- npm test --silent -- check

test: ## Check everything: what check does, the gateway, end to end, drills
	$(RUN) -- npm test --silent

test-engine: ## Test the gateway in front of a real vLLM on CPU (3.4 GB to download the first time, then minutes)
	$(RUN) -- apps/backend/test-engine.sh

coverage: ## Write docs/coverage.md: which requirement rows have a passing test that names them
	$(RUN) -- npm run --silent coverage

golden: ## Write the golden files anew, to be reviewed like code
	$(RUN) -- npm run golden

bench: ## Measure up, preview and down on rehearsals, one JSON line per figure; BASE=<commit> beside that one
	$(RUN) -- npm run --silent bench -- $(BASE)

bench-backend: ## Measure the gateway beside LiteLLM, nginx and a bare pass-through
	$(RUN) -- apps/backend/bench.sh

help: ## Show this list; STACK=dev is the default everywhere
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
