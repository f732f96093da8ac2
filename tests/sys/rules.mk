# Self-checking guest programs: each tests/sys/guest/NAME.S is a BIOS image, build/guests/sys/NAME.bin.
SYS_GUESTS := $(patsubst tests/sys/guest/%.S,$(B)/guests/sys/%.bin,$(wildcard tests/sys/guest/*.S))
TEST_NEEDS += $(SYS_GUESTS) $(B)/bin/cms-host

$(B)/guests/sys/%.bin: tests/sys/guest/%.S tests/sys/guest/pc.h tests/sys/guest/bios.ld
	@mkdir -p $(@D)
	$(CC) -m32 -c -o $(@:.bin=.o) $<
	ld -m elf_i386 -T tests/sys/guest/bios.ld --oformat binary -o $@ $(@:.bin=.o)

$(B)/tests/mmu: $(B)/host/libcms.a
$(B)/host/tests/unit/mmu.o: HOST_FLAGS := -DCMS_HOST -Icms
