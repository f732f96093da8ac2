# Guests for gear 2: random code, and small programs whose translations are pinned.
GEAR2_GUESTS := $(patsubst tests/gear2/guest/%.S,%,$(wildcard tests/gear2/guest/*.S))
GEAR2_GUESTS := $(GEAR2_GUESTS:%=$(B)/guests/gear2/%.bin)
TEST_NEEDS += $(B)/tests/random_image $(GEAR2_GUESTS)
FUZZ += fuzz-gear2
.PHONY: fuzz-gear2

# Other images every day.
fuzz-gear2: $(ALL) $(B)/tests/random_image
	tests/gear2/fuzz.sh $(B) $(FUZZ_SEED) 20

$(B)/tests/random_image: $(addprefix tests/gear2/random_,image.c code.c code.h)
	@mkdir -p $(@D)
	$(CC) -std=c17 $(WARN) $(CFLAGS) -o $@ $(filter %.c,$^)

$(B)/guests/gear2/%.bin: tests/gear2/guest/%.S $(BIOS_PARTS)
	$(BIOS_IMAGE)

$(B)/host/tests/unit/gear2_schedule.o: HOST_FLAGS := -DCMS_HOST -Icms
$(B)/tests/gear2_schedule: $(B)/host/tests/unit/gear2_schedule.o $(B)/host/libcms.a
# Addresses of the firmware's data stand in translations, in 36 bits.
$(B)/tests/gear2_schedule: LDFLAGS += -no-pie
