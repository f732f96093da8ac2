# vliw-sim/: the chip.
SIM_SRC := $(wildcard vliw-sim/*.c vliw-sim/host/*.c)
SIM_OBJ := $(SIM_SRC:%.c=$(B)/host/%.o)
SIM_CONFIG := $(B)/host/vliw-sim/config.o
SIM_PRESETS := $(patsubst vliw-sim/presets/%,$(B)/presets/%,$(wildcard vliw-sim/presets/*.ini))

ALL += $(B)/bin/vliw-sim $(SIM_PRESETS)

$(B)/host/vliw-sim/%.o: HOST_FLAGS := -D_GNU_SOURCE

$(B)/bin/vliw-sim: $(SIM_OBJ) $(ISA_FP) $(B)/host/gen/isa_facts.o $(B)/host/gen/isa_codec.o \
    $(B)/host/gen/isa_text.o $(B)/host/tools/elf/elf_read.o
$(B)/bin/vliw-sim: LDLIBS := -linih

$(B)/presets/%.ini: vliw-sim/presets/%.ini
	@mkdir -p $(@D)
	cp $< $@
