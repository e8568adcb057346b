# kimqa: `make app` opens the page, `make test` checks everything. Both set up .venv by themselves.
PYTHON ?= python3
PORT   ?= 7860
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
LOG    := $(VENV)/pip.log
WORK   ?= training/work
DATA   ?= ../shared
VERIFIER := src/kimqa/models/verifier
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Settings of the shell must not change what the checks see.
unexport PYTHONPATH
export Q
# Another Python than the environment's was asked for: make the environment anew.
ifeq ($(origin PYTHON),command line)
  ifneq ($(wildcard $(BIN)/python),)
    ifneq ($(shell $(PYTHON) --version 2>&1),$(shell $(BIN)/python --version 2>&1))
      $(shell rm -rf $(VENV))
    endif
  endif
endif

.PHONY: app test check evals bench ask index reader verifier clean help

help:
	@echo "make app [PORT=7860]   set up, build the index, open the page"
	@echo "make test              set up, then format, lint, types, tests and evals"
	@echo "make ask Q=\"...\"       one question on the command line"
	@echo "make evals             answers against the gold questions"
	@echo "make bench             speed, beside a plain pipeline"
	@echo "make reader            train the reader again (hours on two cores)"
	@echo "make verifier          train the verifier again (an hour and more)"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "kimqa needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 || echo not there). Try: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/pip || { echo "kimqa: making the environment $(VENV)"; rm -rf $(VENV); \
	  $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "kimqa: no environment could be made; on Debian, install python3-venv"; exit 1; }; }
	@echo "kimqa: installing packages (some minutes the first time)"
	@$(BIN)/python -m pip install --quiet -c constraints.txt torch >$(LOG) 2>&1 || { cat $(LOG); exit 1; }
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]' >$(LOG) 2>&1 || { cat $(LOG); exit 1; }
	@$(BIN)/python -c 'import kimqa' && touch $(READY)

index: $(READY)
	@$(BIN)/kimqa sync

app: index
	@echo "kimqa: starting the page"
	@KIMQA_PORT=$(PORT) $(BIN)/python app.py

ask: $(READY)
	@test -n "$$Q" || { echo 'Ask something: make ask Q="Who came with Kim to Beijing in 2025?"'; exit 2; }
	@$(BIN)/kimqa ask -- "$$Q"

check: $(READY)
	@echo "kimqa: format";  $(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@echo "kimqa: lint";    $(BIN)/ruff check --quiet .
	@echo "kimqa: types";   $(BIN)/mypy --no-error-summary

test: check index
	@echo "kimqa: tests";   $(BIN)/python -m pytest tests -n auto --maxprocesses 4 --dist worksteal
	@echo "kimqa: evals";   $(BIN)/python -m pytest evals

evals: index
	@$(BIN)/python -m pytest evals

bench: index
	@$(BIN)/python -m evals.benchmarks.speed

# Each step goes on from where it was; the data folders are described in training/README.md.
reader: $(READY)
	@$(BIN)/python -m training.prepare --shared $(DATA) --work $(WORK)
	@$(BIN)/python -m training.train --stage 1 --work $(WORK) --steps 2200 --peak 2e-4
	@$(BIN)/python -m training.train --stage 2 --work $(WORK) --steps 2500 --peak 1.2e-4 --init $(WORK)/stage1/model.safetensors
	@$(BIN)/python -m training.train --stage 3 --work $(WORK) --steps 1300 --peak 1.2e-4 --init $(WORK)/stage2/model.safetensors
	@$(BIN)/python -m training.mean $(WORK)/stage2/model.safetensors $(WORK)/stage3/model.safetensors --out $(WORK)/mean/model.safetensors
	@$(BIN)/python -m training.train --stage 4 --work $(WORK) --steps 3700 --batch-size 32 --init $(WORK)/mean/model.safetensors
	@$(BIN)/python -m training.mean $(WORK)/stage4/model.safetensors $(WORK)/stage2/model.safetensors --shares 0.7 0.3 --out $(WORK)/mean4/model.safetensors
	@$(BIN)/python -m training.train --stage 6 --work $(WORK) --steps 5200 --batch-size 32 --peak 1.2e-4 --init $(WORK)/mean4/model.safetensors
	@$(BIN)/python -m training.mean $(WORK)/stage6/model.safetensors $(WORK)/mean4/model.safetensors --shares 0.7 0.3 --out $(WORK)/mean6/model.safetensors
	@$(BIN)/python -m training.deepen $(WORK)/mean6/model.safetensors --after 3 4 --gate 0.2 --out $(WORK)/deep/model.safetensors
	@$(BIN)/python -m training.train --stage 8 --work $(WORK) --steps 3500 --batch-size 32 --init $(WORK)/deep/model.safetensors
	@$(BIN)/python -m training.mean $(WORK)/stage8/model.safetensors $(WORK)/deep/model.safetensors --shares 0.7 0.3 --out $(WORK)/reader/model.safetensors
	@$(BIN)/python -m training.export --work $(WORK)
	@$(BIN)/python -m training.calibrate --work $(WORK)
	@$(BIN)/python -m training.confidence --work $(WORK)
	@$(BIN)/python -m training.reliability
	@$(BIN)/python -m training.evaluate --work $(WORK) --record

# What judges the statements of language models: trained on from the reader, which also fills their blanks; so after another
# `make reader` its last two steps have to be done again.
verifier: $(READY)
	@$(BIN)/python -m training.prepare --shared $(DATA) --work $(WORK)
	@$(BIN)/python -m training.restore --out $(WORK)/shipped/model.safetensors
	@$(BIN)/python -m training.train --stage 9 --work $(WORK) --steps 1800 --batch-size 32 --average 0.995 --init $(WORK)/shipped/model.safetensors
	@$(BIN)/python -m training.train --stage 9 --name stage9b --work $(WORK) --steps 800 --batch-size 32 --peak 1e-4 --average 0.995 --seed 23 --init $(WORK)/stage9/model.safetensors
	@$(BIN)/python -m training.export --work $(WORK) --weights $(WORK)/stage9b/model.safetensors --out $(VERIFIER)
	@$(BIN)/python -m training.support --work $(WORK) --model $(VERIFIER)
	@$(BIN)/python -m training.evaluate --work $(WORK) --model $(VERIFIER) --record

clean:
	@rm -rf $(VENV) vectorstore evals/report .mypy_cache .pytest_cache .ruff_cache .hypothesis
