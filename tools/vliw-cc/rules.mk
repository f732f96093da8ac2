# tools/vliw-cc: the compiler driver, and the runtime of native test programs (build/native).

VLIW_CC := $(B)/bin/vliw-cc
NATIVE := $(B)/native/native.ld $(B)/native/crt0.o $(B)/native/libnative.a

$(VLIW_CC): tools/vliw-cc/vliw-cc.sh | $(B)/bin/vliw-ld
	@mkdir -p $(@D)
	cp $< $@ && chmod +x $@

$(B)/native/native.ld: tools/vliw-cc/rt/native.ld.S hidden-mem/map.h
	@mkdir -p $(@D)
	$(CC) -E -P -x assembler-with-cpp -I. -o $@ $<

$(B)/native/%.o: tools/vliw-cc/rt/%.S $(VLIW_CC) | $(GENERATED)
	@mkdir -p $(@D)
	$(VLIW_CC) -I. -I$(GEN) -c $< -o $@

$(B)/native/%.o: tools/vliw-cc/rt/%.c tools/vliw-cc/rt/native.h tools/vliw-cc/rt/decimal.h $(VLIW_CC) | $(GENERATED)
	@mkdir -p $(@D)
	$(VLIW_CC) -O2 -Wall -Wextra -fno-tree-loop-distribute-patterns -I. -I$(GEN) -c $< -o $@

$(B)/native/libnative.a: $(B)/native/io.o $(B)/native/printf.o $(B)/native/decimal.o $(B)/native/string.o
	rm -f $@ && riscv64-unknown-elf-ar rcs $@ $^

ALL += $(VLIW_CC) $(NATIVE)
