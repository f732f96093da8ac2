# Unit tests: each tests/unit/NAME.c is a program; what it links beside itself is stated by the
# owner of the code, in that directory's rules.mk: `$(B)/tests/NAME: $(B)/host/DIR/x.o`.
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
TEST_NEEDS += $(UNIT_TESTS:%=$(B)/tests/%)

# Self-checking guests are BIOS images of 64 KiB: assembly that includes pc.h.
#   $(B)/X/%.bin: X/%.S $(BIOS_PARTS) ; $(BIOS_IMAGE)
BIOS_PARTS := $(wildcard tests/sys/guest/*.h) tests/sys/guest/bios.ld
define BIOS_IMAGE
@mkdir -p $(@D)
$(CC) -m32 -Itests/sys/guest -c -o $(@:.bin=.o) $<
ld -m elf_i386 -T tests/sys/guest/bios.ld --oformat binary -o $@ $(@:.bin=.o)
endef

# What assembly of other guests of ours includes.
GUEST_HEADERS := tests/guests/flat.h tests/guests/real.h
