# tools/bench: what `make bench` measures.
#
# Each program of tools/bench/twice is built for an i686, as a guest that needs no BIOS, and for the
# chip, scheduled for each machine.
#
#   build/bench/twice/NAME.elf       the guest
#   build/bench/twice/NAME.PRESET    the native program
TWICE_SRC := tools/bench/twice
TWICE_SHARED := main x86 native
TWICE := $(filter-out $(TWICE_SHARED),$(patsubst $(TWICE_SRC)/%.c,%,$(wildcard $(TWICE_SRC)/*.c)))
TWICE_PRESETS := selkirk crusoe efficeon
TWICE_GUESTS := $(TWICE:%=$(B)/bench/twice/%.elf)
TWICE_NATIVE := $(foreach p,$(TWICE_PRESETS),$(TWICE:%=$(B)/bench/twice/%.$p))
TWICE_HEADERS := $(TWICE_SRC)/bench.h tools/bench/matrix.h tools/bench/sha256.h tests/guests/pc.h
TWICE_NEEDS := $(B)/bin/vliw-cc $(addprefix $(B)/native/,native.ld crt0.o libnative.a)

BENCH += $(TWICE_GUESTS) $(TWICE_NATIVE)
TEST_NEEDS += $(TWICE_GUESTS) $(TWICE:%=$(B)/bench/twice/%.selkirk)

# Without floating point and vector registers; loops are not made calls of memset() and memcpy(),
# which would be other code on each side.
TWICE_FLAGS := -std=c17 -O2 -ffreestanding -fno-tree-loop-distribute-patterns $(WARN) -I.
TWICE_X86 := -m32 -march=i686 -mgeneral-regs-only -fno-pic -fno-stack-protector -fcf-protection=none \
    -fno-asynchronous-unwind-tables

$(B)/bench/twice/x86/%.o: $(TWICE_SRC)/%.c $(TWICE_HEADERS)
	@mkdir -p $(@D)
	gcc $(TWICE_FLAGS) $(TWICE_X86) -c -o $@ $<

$(B)/bench/twice/x86/%.o: $(TWICE_SRC)/%.S tests/guests/flat.h
	@mkdir -p $(@D)
	gcc -m32 -I. -c -o $@ $<

$(TWICE_GUESTS): $(B)/bench/twice/%.elf: $(B)/bench/twice/x86/%.o \
    $(addprefix $(B)/bench/twice/x86/,start.o main.o x86.o) tests/guests/grub/program.ld
	ld -m elf_i386 -z noexecstack --no-warn-rwx-segments -T tests/guests/grub/program.ld -o $@ $(filter %.o,$^)

$(B)/bench/twice/chip/%.o: $(TWICE_SRC)/%.c $(TWICE_HEADERS) $(B)/bin/vliw-cc | $(GENERATED)
	@mkdir -p $(@D)
	$(VLIW_CC) $(TWICE_FLAGS) -I$(GEN) -c -o $@ $<

define TWICE_LINK
$$(B)/bench/twice/%.$1: $$(B)/bench/twice/chip/%.o $$(B)/bench/twice/chip/main.o $$(B)/bench/twice/chip/native.o \
    $$(TWICE_NEEDS) $$(B)/presets/$1.ini $$(B)/bin/vliw-ld
	$$(VLIW_CC) -m $1 -o $$@ $$(filter %.o,$$(filter-out $$(B)/native/%,$$^))

endef
$(foreach p,$(TWICE_PRESETS),$(eval $(call TWICE_LINK,$p)))

# One switch off at a time.
.PHONY: bench-ablation
bench-ablation: $(ALL) $(TWICE_GUESTS) $(B)/guests/boot.img $(B)/bin/loops-make $(B)/guests/gears/runner.elf
	tools/bench/ablation.sh $(B)
