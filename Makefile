# Selkirk's one makefile. Everything is built from here, into build/ and nowhere else.
#
#   make          the simulator, the tools, the boot ROM, the firmware
#   make tools    only the simulator and the tools
#   make run      ... and boot Debian's SeaBIOS and our small boot disk on it, then Debian's GRUB,
#                 which starts a multiboot program of ours (GUEST=boot, GUEST=grub: only one of them)
#   make test     ... and run every test; the last line is `N passed, N failed`
#   make selftest the firmware that tries every feature of the chip, on all presets
#   make test-check  the same with both engines in lockstep (docs/engine.md): half an hour and more
#   make test-long  the tests of tests/long/, which take minutes each
#   make bench    measure: host speed of the engine, cycles per x86 instruction, atoms per bundle
#   make bench-ablation   what each part of the translator is worth: one switch off at a time
#   make docs     build/docs/: the generated books
#   make fuzz     random tests, more than `make test` has and from another seed each time
#   make torture  GCC's torture programs, fetched from Debian, on the chip and on the host
#   make deps     install what is missing from Debian (every other target does so first)
#   make clean    remove build/
#
# SAN=1 builds with the address and undefined-behaviour sanitizers, into build/san/. CC=clang works
# too. PGO=0 links the firmware without a profile of itself. FUZZ_SECONDS=n is how long each part of
# `make fuzz` takes that can be told, FUZZ_SEED=n where it begins.
#
# Each directory says in its own rules.mk what it has; this file has what they share. A rules.mk
# adds to:
#
#   GENERATED     files that must exist before anything is compiled (generated headers)
#   ALL           what `make` builds
#   TEST_NEEDS    what tests need beyond that; LONG_NEEDS likewise those of tests/long/
#   DOCS, RUN, BENCH, FUZZ   prerequisites of the target of that name
#
# and may rely on these rules:
#
#   $(B)/host/DIR/x.o    from DIR/x.c, for the host
#   $(B)/chip/DIR/x.o    from DIR/x.c or x.S, for the chip (cms/rules.mk)
#   $(B)/host/gen/x.o    from $(GEN)/x.c
#   $(B)/bin/NAME        linked from its prerequisites: state `$(B)/bin/NAME: a.o b.o`; libraries
#                        in LDLIBS
#   $(B)/tests/NAME      a unit test, from tests/unit/NAME.c and further prerequisites, stated
#                        likewise

B := build
CC := gcc
CFLAGS := -O2 -g
LDFLAGS :=
WARN := -Wall -Wextra
CPPFLAGS := -I.
PYTHON := /usr/bin/env python3
PGO := 1
GUEST := boot grub
FUZZ_SECONDS := 60
FUZZ_SEED := $(shell date +%s)

ifdef SAN
B := build/san
PGO := 0
SANITIZE := -fsanitize=address,undefined
CFLAGS := -O1 -g -fno-omit-frame-pointer $(SANITIZE) -fno-sanitize-recover=undefined
LDFLAGS := $(SANITIZE)
endif

GEN := $(B)/gen
CPPFLAGS += -I$(GEN)

GENERATED :=
ALL :=
TEST_NEEDS :=
LONG_NEEDS :=
DOCS :=
RUN :=
BENCH :=
FUZZ :=

all:

include isa/rules.mk
include vliw-sim/rules.mk
include hidden-mem/rules.mk
include $(wildcard tools/*/rules.mk)
include cms/rules.mk
include $(wildcard cms/*/rules.mk)
include $(wildcard hidden-mem/*/rules.mk)
include tests/rules.mk
include $(wildcard tests/*/rules.mk)

# ---------------------------------------------------------------- targets
.PHONY: all tools run test test-check test-long bench docs fuzz deps clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(ALL)

tools: $(filter $(B)/bin/% $(B)/presets/% $(B)/native/%,$(ALL))

RUN_boot := -hda $(B)/guests/boot.img
RUN_grub := -cdrom $(B)/guests/grub.iso <tests/guests/grub/session
define RUN_GUEST
	$(B)/bin/vliw-sim -m 64 -bios /usr/share/seabios/bios.bin -serial stdio $(RUN_$1)

endef

run: $(ALL) $(RUN)
	$(foreach g,$(GUEST),$(call RUN_GUEST,$g))

test: $(ALL) $(TEST_NEEDS)
	tests/run.sh $(B)

# All runs by both engines in lockstep; what takes its time gets more of it.
test-check: $(ALL) $(TEST_NEEDS)
	SELKIRK_ENGINE=check SELKIRK_TEST_SECONDS=$${SELKIRK_TEST_SECONDS:-1500} tests/run.sh $(B)

test-long: $(ALL) $(TEST_NEEDS) $(LONG_NEEDS)
	SELKIRK_TEST_SECONDS=$${SELKIRK_TEST_SECONDS:-3600} tests/run.sh $(B) tests/long

bench: $(ALL) $(RUN) $(BENCH)
	tools/bench/bench.sh $(B)

docs: $(DOCS)

fuzz-%: export SELKIRK_TEST_SECONDS ?= 3600
fuzz: $(ALL) $(FUZZ)

deps:
	tools/deps.sh

clean:
	rm -rf build

# Dependencies come first whatever the target: make remakes its included files before it does
# anything else.
ifeq ($(filter clean deps,$(MAKECMDGOALS)),)
-include $(B)/deps.mk
endif
$(B)/deps.mk: tools/deps.sh
	@tools/deps.sh
	@mkdir -p $(@D) && touch $@

# ---------------------------------------------------------------- shared rules
HOST_CC = $(CC) -std=c17 $(WARN) $(CPPFLAGS) $(CFLAGS) -MMD -MP

LINK_PARTS = $(filter %.o %.a,$^)
LINK_MADE = $(CC) $(CFLAGS) $(LDFLAGS) -Wl,-Map=$@.map -o $@ $(LINK_PARTS) $(LDLIBS)
LINK_NONE = @echo "no rules.mk says what $@ is made of" >&2; false
LINK = $(if $(LINK_PARTS),$(LINK_MADE),$(LINK_NONE))

HOST_FLAGS :=
$(B)/host/gen/%.o: $(GEN)/%.c | $(GENERATED)
	@mkdir -p $(@D)
	$(HOST_CC) -c -o $@ $<

$(B)/host/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_FLAGS) -c -o $@ $<

$(B)/bin/%:
	@mkdir -p $(@D)
	$(LINK)

$(B)/tests/%: $(B)/host/tests/unit/%.o
	@mkdir -p $(@D)
	$(LINK)

include $(shell find $(B)/host $(B)/chip -name '*.d' 2>/dev/null)
