# Guests for gear 3: small programs whose regions are pinned.
GEAR3_GUESTS := $(patsubst tests/gear3/guest/%.S,%,$(wildcard tests/gear3/guest/*.S))
GEAR3_GUESTS := $(GEAR3_GUESTS:%=$(B)/guests/gear3/%.bin)
TEST_NEEDS += $(GEAR3_GUESTS)

$(B)/guests/gear3/%.bin: tests/gear3/guest/%.S $(BIOS_PARTS)
	$(BIOS_IMAGE)

$(B)/host/tests/unit/gear3_trail.o: HOST_FLAGS := -DCMS_HOST -Icms
$(B)/tests/gear3_trail: $(B)/host/libcms.a
