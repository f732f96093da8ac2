# Unit tests of the chip's models and of machine descriptions.
$(B)/tests/sim_models: $(patsubst %,$(B)/host/vliw-sim/%.o,cache hier dram sbuf tlb lookup predict panic config) \
    $(B)/host/gen/isa_facts.o
$(B)/tests/sim_models: LDLIBS := -linih
$(B)/tests/sim_config: $(SIM_CONFIG) $(B)/host/gen/isa_facts.o
$(B)/tests/sim_config: LDLIBS := -linih
# The chip without its command line and its world.
SIM_CHIP := $(filter-out %/main.o %/options.o %/loader.o %/stats.o %/file.o, \
    $(filter $(B)/host/vliw-sim/%.o,$(SIM_OBJ:$(B)/host/vliw-sim/host/%=))) \
    $(patsubst %,$(B)/host/gen/%.o,isa_facts isa_codec isa_text) $(ELF_READ) $(ISA_FP)
$(B)/tests/sim_random: $(SIM_CHIP)
$(B)/tests/sim_random: LDLIBS := -linih
$(B)/tests/sim_fuzz: $(SIM_CHIP) $(patsubst %,$(B)/host/vliw-sim/%.o,loader file)
$(B)/tests/sim_fuzz: LDLIBS := -linih

# Damaged inputs of the simulator, for longer and with another seed than the tests have.
FUZZ += fuzz-sim
.PHONY: fuzz-sim
fuzz-sim: $(B)/tests/sim_fuzz $(B)/bin/vliw-as $(B)/bin/vliw-mkimage $(B)/rom.bin
	tests/sim/Inputs/fuzz.sh $(B) $(FUZZ_SECONDS) $(FUZZ_SEED)
