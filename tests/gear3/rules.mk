# Guests for gear 3: small programs whose regions are pinned.
GEAR3_GUESTS := $(patsubst tests/gear3/guest/%.S,%,$(wildcard tests/gear3/guest/*.S))
GEAR3_GUESTS := $(GEAR3_GUESTS:%=$(B)/guests/gear3/%.bin)
TEST_NEEDS += $(GEAR3_GUESTS)

$(B)/guests/gear3/%.bin: tests/gear3/guest/%.S tests/sys/guest/pc.h tests/sys/guest/bios.ld
	@mkdir -p $(@D)
	$(CC) -m32 -Itests/sys/guest -c -o $(@:.bin=.o) $<
	ld -m elf_i386 -T tests/sys/guest/bios.ld --oformat binary -o $@ $(@:.bin=.o)
