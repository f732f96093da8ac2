# Unit tests of the chip's models and of machine descriptions.
$(B)/tests/sim_models: $(patsubst %,$(B)/host/vliw-sim/%.o,cache hier dram sbuf tlb panic config) \
    $(B)/host/gen/isa_facts.o
$(B)/tests/sim_models: LDLIBS := -linih
$(B)/tests/sim_config: $(SIM_CONFIG) $(B)/host/gen/isa_facts.o
$(B)/tests/sim_config: LDLIBS := -linih
