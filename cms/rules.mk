# The firmware. Every .c and .S below cms/ goes in, but cms/host/: that is the shim of the host
# build.
#
# It is compiled once and linked for each preset, since bundles are made for a machine: a wider one
# would also issue what was made for a narrower one, but not the other way round. For each preset P
# there are
#
#   build/P/cms.elf    bundles, symbols, lines     build/P/cms.asm    disassembly
#   build/P/cms.img    what lies in flash          build/P/cms.sym    symbols by address
#
# It is linked into superblocks by profiles of itself: build/pgo/ has a first link, by basic blocks,
# and what it did, with all its gears, while our boot disk ran, and a program that needs no BIOS. No
# host time or address gets into that, so the same sources make the same firmware. A firmware that
# doesn't run to the end of them is linked as if nothing had ever run. PGO=0 links chains of blocks without all this. (Change between both by `make clean`.)
#
# For all of them there are build/cms.options and build/cms.traces: what vliw-sim prints for -o help
# and -d help.
CMS_PRESETS := selkirk crusoe efficeon
CMS_SRC := $(wildcard cms/*.c) $(filter-out cms/host/%,$(wildcard cms/*/*.c))
CMS_ASM := $(filter-out cms/host/%,$(wildcard cms/*/*.S))
CMS_GEN := isa_codec isa_facts isa_text
CMS_OBJ := $(CMS_SRC:%.c=$(B)/chip/%.o) $(CMS_ASM:%.S=$(B)/chip/%.o) $(CMS_GEN:%=$(B)/chip/gen/%.o) \
    $(ISA_PURE:%=$(B)/chip/isa/%.o)

ALL += $(foreach p,$(CMS_PRESETS),$(patsubst %,$(B)/$p/cms.%,img asm sym)) \
    $(B)/cms.options $(B)/cms.traces

CHIP_CC = $(B)/bin/vliw-cc -std=c17 $(WARN) -I. -I$(GEN) -Icms -MMD -MP
CHIP_NEEDS := $(B)/bin/vliw-cc $(B)/bin/vliw-ld

# Strings and memory are made of themselves: the compiler must not turn their loops into calls of
# them.
$(B)/chip/cms/lib/%.o: CHIP_FLAGS := -fno-tree-loop-distribute-patterns

$(B)/chip/gen/isa_facts.o: CHIP_FLAGS := -DISA_NO_TEXTS

$(B)/chip/gen/%.o: $(GEN)/%.c $(B)/bin/vliw-cc | $(GENERATED)
	@mkdir -p $(@D)
	$(CHIP_CC) $(CHIP_FLAGS) -c -o $@ $<

$(B)/chip/%.o: %.c $(B)/bin/vliw-cc | $(GENERATED)
	@mkdir -p $(@D)
	$(CHIP_CC) $(CHIP_FLAGS) -c -o $@ $<

$(B)/chip/%.o: %.S $(B)/bin/vliw-cc | $(GENERATED)
	@mkdir -p $(@D)
	$(CHIP_CC) -c -o $@ $<

# It hides 31 MiB of the machine's 32: the last one is the guest's ROMs, which it reads through its TLB.
# Its code is loaded on demand.
$(B)/%/cms.img: $(B)/%/cms.elf $(B)/bin/vliw-mkimage
	$(B)/bin/vliw-mkimage $< -o $@ --hidden 31 --demand

$(B)/cms.ld: hidden-mem/cms.ld hidden-mem/map.h
	@mkdir -p $(@D)
	$(CC) -E -P -x assembler-with-cpp -I. -o $@ $<

PGO_DIR := $(B)/pgo
PGO_PROFILES := $(PGO_DIR)/disk.profile $(PGO_DIR)/program.profile
PGO_PROGRAM := $(B)/bench/twice/interp.elf
BENCH += $(PGO_PROFILES)

$(PGO_DIR)/cms.elf: $(CMS_OBJ) $(B)/cms.ld $(B)/presets/crusoe.ini $(CHIP_NEEDS)
	@mkdir -p $(@D)
	$(B)/bin/vliw-cc -T $(B)/cms.ld --rv $(@D)/cms.rv -Wv,--sched=block -Wv,--map=$(@D)/cms.map \
	    -o $@ $(CMS_OBJ)

$(PGO_DIR)/disk.profile: $(B)/guests/boot.img
$(PGO_DIR)/disk.profile: PGO_GUEST := -hda $(B)/guests/boot.img -read-only
$(PGO_DIR)/program.profile: $(PGO_PROGRAM)
$(PGO_DIR)/program.profile: PGO_GUEST := -guest $(PGO_PROGRAM) -append 10

$(PGO_PROFILES): $(PGO_DIR)/cms.img $(B)/bin/vliw-sim $(B)/rom.bin
	$(B)/bin/vliw-sim --preset crusoe --gear 3 -m 64 --flash $< $(PGO_GUEST) -serial none \
	    --max-cycles 4000000000 -profile $@ 2>$@.log || { echo '# bundles:' >$@; \
	    echo "$@: the firmware did not run to its end: linking without this profile" >&2; }

$(PGO_DIR)/cms.map $(PGO_DIR)/cms.rv: $(PGO_DIR)/cms.elf ;

ifneq ($(PGO),0)
CMS_BY_PROFILE := -Wv,--sched=super $(PGO_PROFILES:%=-Wv,--profile=%) \
    -Wv,--profile-map=$(PGO_DIR)/cms.map
CMS_PROFILE := $(PGO_PROFILES)
endif

define CMS_LINK
$(B)/$1/cms.elf: $(CMS_OBJ) $(B)/cms.ld $(B)/presets/$1.ini $(CHIP_NEEDS) $(CMS_PROFILE)
	@mkdir -p $$(@D)
	$(B)/bin/vliw-cc -m $1 -T $(B)/cms.ld $(CMS_BY_PROFILE) -o $$@ $(CMS_OBJ)

$(B)/$1/cms.asm: $(B)/$1/cms.elf $(B)/bin/vliw-objdump
	$(B)/bin/vliw-objdump $$< > $$@

$(B)/$1/cms.sym: $(B)/$1/cms.elf
	nm -n $$< > $$@

endef
$(eval $(foreach p,$(CMS_PRESETS),$(call CMS_LINK,$p)))

# The host build of parts of it, for unit tests and for comparing gear 1 with the host's processor.
$(B)/host/cms/%.o: HOST_FLAGS := -DCMS_HOST -Icms

# Lists of the firmware's knobs and trace categories as text, columns as in the simulator's own
# lists.
CMS_KNOB := 'KNOB(field, key, standard, least, most, text)=key least most standard text'
CMS_TRACE := 'TRACE(name, key, text)=key text'

$(B)/cms.options: cms/runtime/knobs.def cms/gear3/passes.def
	@mkdir -p $(@D)
	$(CC) -E -P -x c -Icms -D$(CMS_KNOB) $< | awk -F'"' '{ split($$3, n, " "); \
	    printf "%-22s %-8s %-22s %-9s %s\n", $$2, "", n[1] ".." n[2], n[3], $$4 }' >$@

$(B)/cms.traces: cms/runtime/trace.def
	@mkdir -p $(@D)
	$(CC) -E -P -x c -D$(CMS_TRACE) $< | awk -F'"' '{ printf "  %-8s %s\n", $$2, $$4 }' >$@
