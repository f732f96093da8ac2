# Boot ROM and image builder.
ALL += $(B)/bin/vliw-mkimage $(B)/rom.bin

$(B)/bin/vliw-mkimage: $(addprefix $(B)/host/,hidden-mem/mkimage.o hidden-mem/lz4_thin.o \
    tools/elf/elf_read.o)
$(B)/bin/vliw-mkimage: LDLIBS := -llz4

$(B)/%.img: $(B)/%.elf $(B)/bin/vliw-mkimage
	$(B)/bin/vliw-mkimage $< -o $@

$(B)/rom.bin: $(addprefix hidden-mem/,rom.s unpack.s load.s load_few.s load_rest.s map.h offsets.h) $(B)/bin/vliw-as
	@mkdir -p $(@D)
	$(CC) -E -P -x assembler-with-cpp -I. -o $(B)/rom.s $<
	$(B)/bin/vliw-as --rom -o $@ $(B)/rom.s
