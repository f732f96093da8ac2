# Unit tests of the chip's models and of machine descriptions.
$(B)/tests/sim_models: $(patsubst %,$(B)/host/vliw-sim/%.o,cache hier dram sbuf tlb panic config) \
    $(B)/host/gen/isa_facts.o
$(B)/tests/sim_models: LDLIBS := -linih
$(B)/tests/sim_config: $(SIM_CONFIG) $(B)/host/gen/isa_facts.o
$(B)/tests/sim_config: LDLIBS := -linih
$(B)/tests/sim_random: $(filter-out %/main.o %/options.o %/loader.o %/stats.o %/file.o, \
    $(filter $(B)/host/vliw-sim/%.o,$(SIM_OBJ:$(B)/host/vliw-sim/host/%=))) \
    $(patsubst %,$(B)/host/gen/%.o,isa_facts isa_codec isa_text) $(ELF_READ) $(ISA_FP)
$(B)/tests/sim_random: LDLIBS := -linih
