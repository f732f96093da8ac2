# vliw-objdump: the disassembler.
ALL += $(B)/bin/vliw-objdump

$(B)/bin/vliw-objdump: LDLIBS := -llz4
$(B)/bin/vliw-objdump: $(patsubst tools/objdump/%.c,$(B)/host/tools/objdump/%.o,$(wildcard tools/objdump/*.c)) \
    $(B)/host/tools/elf/elf_read.o $(ISA_OBJECTS)
