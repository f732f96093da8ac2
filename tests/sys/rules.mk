# Self-checking guest programs: each tests/sys/guest/NAME.S is a BIOS image, build/guests/sys/NAME.bin.
SYS_GUESTS := $(patsubst tests/sys/guest/%.S,$(B)/guests/sys/%.bin,$(wildcard tests/sys/guest/*.S))
TEST_NEEDS += $(SYS_GUESTS) $(B)/bin/cms-host

$(B)/guests/sys/%.bin: tests/sys/guest/%.S $(BIOS_PARTS)
	$(BIOS_IMAGE)

$(B)/tests/mmu: $(B)/host/libcms.a
$(B)/host/tests/unit/mmu.o: HOST_FLAGS := -DCMS_HOST -Icms

# Random system code: what runs it differently? The test takes a few programs; `make fuzz` goes on
# with others, that change from day to day.
TEST_NEEDS += $(B)/tests/system_image
FUZZ += fuzz-sys
.PHONY: fuzz-sys

$(B)/tests/system_image: tests/sys/system_image.c
	@mkdir -p $(@D)
	$(CC) -std=c17 $(WARN) $(CFLAGS) -o $@ $<

# Loops that fault and go on.
TEST_NEEDS += $(B)/tests/retry_image

$(B)/tests/retry_image: $(addprefix tests/sys/retry,_image.c _code.c .h) tests/random.h
	@mkdir -p $(@D)
	$(CC) -std=c17 $(WARN) -I. $(CFLAGS) -o $@ $(filter %.c,$^)

fuzz-sys: $(ALL) $(addprefix $(B)/tests/,system_image retry_image) $(SYS_GUESTS)
	tests/sys/compare-events.sh $(B) $(FUZZ_SEED) 20
	tests/sys/retry.sh $(B) $(FUZZ_SEED) 20

# What an instruction of each class costs gear 1: `make bench`.
# ... and of I/O, gear 2 in both ways.
BENCH += $(B)/bench/classes.bin $(B)/bench/io.bin
TEST_NEEDS += $(B)/bench/classes.bin $(B)/bench/io.bin

$(B)/bench/classes.bin $(B)/bench/io.bin: $(B)/bench/%.bin: tools/bench/%.S tools/bench/report.h $(BIOS_PARTS)
	$(BIOS_IMAGE)
