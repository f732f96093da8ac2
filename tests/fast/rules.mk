# The fast engine against the reference engine.
$(B)/tests/fast_random: $(filter-out %/main.o %/options.o %/loader.o %/stats.o %/file.o, \
    $(filter $(B)/host/vliw-sim/%.o,$(SIM_OBJ:$(B)/host/vliw-sim/host/%=))) \
    $(patsubst %,$(B)/host/gen/%.o,isa_facts isa_codec isa_text) $(ELF_READ) $(ISA_FP)
$(B)/tests/fast_memory: $(filter-out %/main.o %/options.o %/stats.o,$(filter $(B)/host/vliw-sim/%.o, \
    $(SIM_OBJ:$(B)/host/vliw-sim/host/%=))) \
    $(patsubst %,$(B)/host/gen/%.o,isa_facts isa_codec isa_text) $(ELF_READ) $(ISA_FP)
$(B)/tests/fast_random $(B)/tests/fast_memory: LDLIBS := -linih

FUZZ += fuzz-fast
.PHONY: fuzz-fast
fuzz-fast: $(B)/tests/fast_random
	$(B)/tests/fast_random $(FUZZ_SECONDS) $(FUZZ_SEED)

BENCH += bench-engines
.PHONY: bench-engines
bench-engines: $(ALL)
	tests/fast/bench/engines.sh $(B)
