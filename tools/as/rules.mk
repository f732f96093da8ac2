# vliw-as: the assembler.
ALL += $(B)/bin/vliw-as

$(B)/bin/vliw-as: $(patsubst tools/as/%.c,$(B)/host/tools/as/%.o,$(wildcard tools/as/*.c)) $(B)/host/tools/elf/elf_write.o \
    $(ISA_OBJECTS)
