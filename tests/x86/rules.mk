# x86-diff compares gear 1, in the host build, with the host's processor.
X86_DIFF := main native guest forms make sequence export fpu
TEST_NEEDS += $(B)/bin/x86-diff $(B)/bin/x86-lengths

$(B)/host/tests/x86/%.o: HOST_FLAGS := -DCMS_HOST -Icms

$(B)/bin/x86-diff: $(X86_DIFF:%=$(B)/host/tests/x86/%.o) $(B)/host/libcms.a

# The same cases on the chip: a BIOS of 192 KiB of records and the program that runs them.
X86_VECTORS := $(addprefix $(B)/guests/x86/,vectors.bin vectors-16.bin vectors-fpu.bin vectors-simd.bin sequences.bin)
TEST_NEEDS += $(X86_VECTORS)

$(B)/guests/x86/program.bin: tests/x86/guest/vectors.S $(BIOS_PARTS)
	$(BIOS_IMAGE)

$(X86_VECTORS): $(B)/bin/x86-diff $(B)/guests/x86/program.bin
	$(B)/bin/x86-diff $(VECTORS) -e $@.tmp > $(@:.bin=.txt)
	cat $@.tmp $(B)/guests/x86/program.bin > $@
	@rm $@.tmp

$(B)/guests/x86/vectors.bin: VECTORS := -n 4
$(B)/guests/x86/vectors-16.bin: VECTORS := -16 -n 4
$(B)/guests/x86/vectors-fpu.bin: VECTORS := -f -n 3
$(B)/guests/x86/vectors-simd.bin: VECTORS := -v -n 1
$(B)/guests/x86/sequences.bin: VECTORS := -q 1000

# x86-lengths compares the decoder with objdump.
$(B)/bin/x86-lengths: $(B)/host/tests/x86/lengths.o $(B)/host/tests/x86/forms.o $(B)/host/cms/x86/decode.o

# More cases than `make test` has, from another seed each time.
.PHONY: fuzz-x86
FUZZ += fuzz-x86
fuzz-x86: $(ALL) $(addprefix $(B)/,bin/x86-diff bin/loops-make guests/gears/runner.elf tests/random_image)
	@echo "seed $(FUZZ_SEED)"
	for cases in "-n 500" "-q 100000"; do \
	    $(B)/bin/x86-diff $$cases -s $(FUZZ_SEED) && \
	    $(B)/bin/x86-diff -16 $$cases -s $(FUZZ_SEED) || exit; \
	done
	tests/gears/loops.sh $(B) $(FUZZ_SEED) 2000
	tests/gears/garbage.sh $(B) $(FUZZ_SEED) 2000
	tests/gear2/fuzz.sh $(B) $(FUZZ_SEED) 10

# Which test meets which opcode: a list from each program of tests/sys, a page from all of them.
COVERAGE := $(SYS_GUESTS:$(B)/guests/sys/%.bin=$(B)/tests/coverage/%.txt)
TEST_NEEDS += $(B)/bin/x86-coverage $(COVERAGE)
DOCS += $(B)/docs/x86-coverage.md

$(B)/bin/x86-coverage: LDFLAGS += -Wl,--wrap=x86_decode
$(B)/bin/x86-coverage: $(addprefix $(B)/host/tests/x86/,coverage.o make.o forms.o native.o guest.o fpu.o) $(B)/host/libcms.a

$(B)/tests/coverage/%.txt: $(B)/guests/sys/%.bin $(B)/bin/x86-coverage
	@mkdir -p $(@D)
	$(B)/bin/x86-coverage run $< 2>/dev/null >$@ || test -s $@

$(B)/docs/x86-coverage.md: $(B)/bin/x86-coverage $(COVERAGE)
	@mkdir -p $(@D)
	$(B)/bin/x86-coverage page $(COVERAGE) >$@
