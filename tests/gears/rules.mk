# tests/gears: gears against each other and against the host's processor.
#
#   build/bin/loops-make               makes pieces of code with loops, and runs them natively
#   build/guests/gears/runner.elf      runs them on the chip
LOOPS := tests/gears/loops
LOOPS_HEADERS := $(LOOPS)/layout.h tests/guests/pc.h
LOOPS_RUNNER := $(B)/guests/gears/runner.elf
TEST_NEEDS += $(B)/bin/loops-make $(LOOPS_RUNNER)

$(B)/host/tests/gears/%.o: HOST_FLAGS := -DCMS_HOST -Icms

$(B)/bin/loops-make: $(addprefix $(B)/host/,$(LOOPS)/main.o $(LOOPS)/make.o $(LOOPS)/insns.o $(LOOPS)/disk.o tests/x86/native.o cms/x86/decode.o cms/x86/print.o)

$(B)/guests/gears/%.o: $(LOOPS)/%.c $(LOOPS_HEADERS)
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -c -o $@ $<

$(B)/guests/gears/%.o: $(LOOPS)/%.S $(GUEST_HEADERS)
	@mkdir -p $(@D)
	gcc -m32 -I. -c -o $@ $<

$(LOOPS_RUNNER): $(B)/guests/gears/entry.o $(B)/guests/gears/runner.o tests/guests/grub/program.ld
	ld -m elf_i386 -z noexecstack --no-warn-rwx-segments -T tests/guests/grub/program.ld -o $@ $(filter %.o,$^)
