# Our own guest: a boot disk, and the text that it is to print.
#
#   build/guests/boot.img        sector 0 and a 32-bit program, made with the host's gcc -m32
#   build/guests/boot.expected   the same computation on the host
GUEST_CFLAGS := -std=c17 -m32 -march=i386 -O2 -ffreestanding -fno-pic -fno-stack-protector \
    -fcf-protection=none -fno-asynchronous-unwind-tables -mgeneral-regs-only $(WARN)
GUEST_SRC := tests/guests/boot
GUEST_OBJ := $(patsubst %,$(B)/guests/%.o,boot guest work)

RUN += $(B)/guests/boot.img
TEST_NEEDS += $(B)/guests/boot.img $(B)/guests/boot.expected

$(B)/guests/%.o: $(GUEST_SRC)/%.c $(GUEST_SRC)/work.h
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -c -o $@ $<

$(B)/guests/boot.o: $(GUEST_SRC)/work.c $(GUEST_SRC)/guest.c

$(B)/guests/%.o: $(GUEST_SRC)/%.S
	@mkdir -p $(@D)
	gcc -m32 -c -o $@ $<

$(B)/guests/boot.elf: $(GUEST_OBJ) $(GUEST_SRC)/boot.ld
	ld -m elf_i386 --no-warn-rwx-segments -T $(GUEST_SRC)/boot.ld -o $@ $(GUEST_OBJ)

$(B)/guests/boot.img: $(B)/guests/boot.elf
	objcopy -O binary $< $@

$(B)/guests/expected: $(GUEST_SRC)/expected.c $(GUEST_SRC)/work.c $(GUEST_SRC)/work.h
	@mkdir -p $(@D)
	$(CC) -std=c17 $(WARN) -O2 -o $@ $(GUEST_SRC)/expected.c $(GUEST_SRC)/work.c

$(B)/guests/boot.expected: $(B)/guests/expected $(B)/guests/boot.img
	$< $(B)/guests/boot.img > $@

# Disks that are one boot sector and some empty ones.
GUEST_SECTORS := $(patsubst tests/guests/sectors/%.S,$(B)/guests/%.img,$(wildcard tests/guests/sectors/*.S))
TEST_NEEDS += $(GUEST_SECTORS)

$(B)/guests/sectors/%.o: tests/guests/sectors/%.S
	@mkdir -p $(@D)
	gcc -m32 -c -o $@ $<

$(GUEST_SECTORS): $(B)/guests/%.img: $(B)/guests/sectors/%.o
	ld -m elf_i386 -Ttext 0x7c00 -e start --oformat binary -o $@ $<
