# vliw-sim/: the chip.
SIM_SRC := $(wildcard vliw-sim/*.c vliw-sim/host/*.c)
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
SIM_SRC += $(filter-out %/stencils.c %/absent.c,$(wildcard vliw-sim/fast/*.c))
else
SIM_SRC += vliw-sim/fast/absent.c
endif
SIM_OBJ := $(SIM_SRC:%.c=$(B)/host/%.o)
SIM_CONFIG := $(B)/host/vliw-sim/config.o
SIM_PRESETS := $(patsubst vliw-sim/presets/%,$(B)/presets/%,$(wildcard vliw-sim/presets/*.ini))

ALL += $(B)/bin/vliw-sim $(SIM_PRESETS)

$(B)/host/vliw-sim/%.o: HOST_FLAGS := -D_GNU_SOURCE

# The fast engine's stencils: compiled for a place that they are never at, then cut up. By GCC, whoever
# compiles the rest: what is cut is its output.
STENCIL_CC := gcc
FIXED := r9 r10 r11 r13 r14 r15
STENCIL_CFLAGS := -std=gnu17 $(WARN) $(CPPFLAGS) -O2 -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone \
    -fno-strict-aliasing -fomit-frame-pointer -fcf-protection=none -fno-asynchronous-unwind-tables \
    -fno-stack-protector $(FIXED:%=-ffixed-%) -fno-jump-tables -fno-tree-vectorize -fno-tree-slp-vectorize -fno-ipa-icf \
    -ffunction-sections -falign-functions=1 -falign-jumps=1 -falign-labels=1 -falign-loops=1

$(GEN)/stencil_atoms.inc: vliw-sim/fast/cut.py $(GEN)/isa_exec.inc
	$(PYTHON) -B vliw-sim/fast/cut.py forms $(GEN)/isa_exec.inc $@

$(B)/stencils.o: vliw-sim/fast/stencils.c vliw-sim/rules.mk $(GEN)/stencil_atoms.inc $(wildcard vliw-sim/*.h vliw-sim/fast/*.h) \
    $(ISA_HEADERS) isa/prims.h
	$(STENCIL_CC) $(STENCIL_CFLAGS) -c -o $@ $<

$(GEN)/fast_stencils.inc: $(B)/stencils.o vliw-sim/fast/cut.py
	$(PYTHON) -B vliw-sim/fast/cut.py cut $< $@

$(patsubst %.c,$(B)/host/%.o,$(filter vliw-sim/fast/%,$(SIM_SRC))): $(GEN)/fast_stencils.inc

$(B)/bin/vliw-sim: $(SIM_OBJ) $(ISA_FP) $(B)/host/gen/isa_facts.o $(B)/host/gen/isa_codec.o \
    $(B)/host/gen/isa_text.o $(B)/host/tools/elf/elf_read.o
$(B)/bin/vliw-sim: LDLIBS := -linih -lpng

# What is built on hosts that the fast engine has no stencils for; here, for a test.
SIM_PLAIN := $(filter-out $(B)/host/vliw-sim/fast/%,$(SIM_OBJ)) $(B)/host/vliw-sim/fast/absent.o
TEST_NEEDS += $(B)/tests/vliw-sim-plain
$(B)/tests/vliw-sim-plain: $(SIM_PLAIN) $(ISA_FP) $(B)/host/gen/isa_facts.o $(B)/host/gen/isa_codec.o \
    $(B)/host/gen/isa_text.o $(B)/host/tools/elf/elf_read.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ -linih -lpng

$(B)/presets/%.ini: vliw-sim/presets/%.ini
	@mkdir -p $(@D)
	cp $< $@
