# The self-test firmware: build/PRESET/selftest.img for each preset that has a CMS, built like that.
SELFTEST_OBJ := $(patsubst %.c,$(B)/chip/%.o,$(wildcard hidden-mem/selftest/*.c)) \
    $(B)/chip/hidden-mem/selftest/start.o $(B)/chip/cms/lib/string.o \
    $(patsubst %,$(B)/chip/gen/%.o,isa_codec isa_facts isa_text)

# make selftest runs it on all presets, those that leave units out included.
ALL += $(foreach p,$(CMS_PRESETS),$(B)/$p/selftest.img)

define SELFTEST_LINK
$(B)/$1/selftest.elf: $(SELFTEST_OBJ) $(B)/cms.ld $(B)/presets/$1.ini $(CHIP_NEEDS)
	@mkdir -p $$(@D)
	$(B)/bin/vliw-cc -m $1 -T $(B)/cms.ld -o $$@ $(SELFTEST_OBJ)

endef
$(eval $(foreach p,$(CMS_PRESETS),$(call SELFTEST_LINK,$p)))

.PHONY: selftest
selftest: $(ALL)
	for preset in $(basename $(notdir $(SIM_PRESETS))); do \
	    $(B)/bin/vliw-sim -preset $$preset -flash selftest 2>/dev/null || exit 1; done
