# Our own guest: a boot disk, and the text that it is to print.
#
#   build/guests/boot.img        sector 0 and a 32-bit program, made with the host's gcc -m32
#   build/guests/boot.expected   the same computation on the host
GUEST_CFLAGS := -std=c17 -m32 -march=i386 -O2 -ffreestanding -fno-pic -fno-stack-protector \
    -fcf-protection=none -fno-asynchronous-unwind-tables -mgeneral-regs-only -I. $(WARN)
GUEST_SRC := tests/guests/boot
GUEST_OBJ := $(patsubst %,$(B)/guests/%.o,boot guest work)

RUN += $(B)/guests/boot.img
TEST_NEEDS += $(B)/guests/boot.img $(B)/guests/boot.expected

$(B)/guests/%.o: $(GUEST_SRC)/%.c $(GUEST_SRC)/work.h
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -c -o $@ $<

$(B)/guests/boot.o: $(GUEST_SRC)/work.c $(GUEST_SRC)/guest.c
$(B)/guests/guest.o: tests/guests/pc.h

$(B)/guests/%.o: $(GUEST_SRC)/%.S $(GUEST_HEADERS)
	@mkdir -p $(@D)
	gcc -m32 -I. -c -o $@ $<

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

$(B)/guests/sectors/%.o: tests/guests/sectors/%.S $(GUEST_HEADERS)
	@mkdir -p $(@D)
	gcc -m32 -I. -c -o $@ $<

$(GUEST_SECTORS): $(B)/guests/%.img: $(B)/guests/sectors/%.o
	ld -m elf_i386 -Ttext 0x7c00 -e start --oformat binary -o $@ $<

# GRUB as Debian ships it, a multiboot program of ours, and the boot disk above as its module: one image that starts from
# CD and, through its master boot record, from disk.
GRUB_MODULES := serial terminal terminfo biosdisk iso9660 part_msdos part_gpt part_acorn part_amiga part_apple part_bsd \
    part_dfly part_dvh part_plan part_sun part_sunpc normal minicmd ls cat echo test \
    multiboot boot halt reboot
GRUB_FILES := boot/grub/grub.cfg boot/program.elf boot/disk.img
GRUB_TREE := $(B)/guests/grub

RUN += $(B)/guests/grub.iso
TEST_NEEDS += $(B)/guests/grub.iso

$(B)/guests/grub-program.elf: $(B)/guests/grub/start.o $(B)/guests/grub/program.o $(B)/guests/work.o \
    tests/guests/grub/program.ld
	ld -m elf_i386 -z noexecstack --no-warn-rwx-segments -T tests/guests/grub/program.ld -o $@ $(filter %.o,$^)

$(B)/guests/grub/%.o: tests/guests/grub/%.c tests/guests/pc.h $(GUEST_SRC)/work.h
	@mkdir -p $(@D)
	gcc $(GUEST_CFLAGS) -c -o $@ $<

$(B)/guests/grub/%.o: tests/guests/grub/%.S $(GUEST_HEADERS)
	@mkdir -p $(@D)
	gcc -m32 -I. -c -o $@ $<

$(GRUB_TREE)/tree/boot/grub/grub.cfg: tests/guests/grub/grub.cfg
$(GRUB_TREE)/tree/boot/program.elf: $(B)/guests/grub-program.elf
$(GRUB_TREE)/tree/boot/disk.img: $(B)/guests/boot.img
$(GRUB_FILES:%=$(GRUB_TREE)/tree/%):
	@mkdir -p $(@D)
	cp $< $@

$(B)/guests/grub.iso: $(GRUB_FILES:%=$(GRUB_TREE)/tree/%)
	grub-mkrescue --directory=/usr/lib/grub/i386-pc --install-modules="$(GRUB_MODULES)" --locales= --themes= --fonts= \
	    -o $@ $(GRUB_TREE)/tree >$(GRUB_TREE)/log 2>&1 || { cat $(GRUB_TREE)/log >&2; false; }

# A program without a header, to be started without the BIOS: as an ELF file and flat.
TEST_NEEDS += $(B)/guests/plain.elf $(B)/guests/plain.bin

$(B)/guests/plain.o: tests/guests/plain.S
	@mkdir -p $(@D)
	gcc -m32 -I. -c -o $@ $<

$(B)/guests/plain.elf: $(B)/guests/plain.o
	ld -m elf_i386 -n -Ttext 0x100000 -e start -o $@ $<

$(B)/guests/plain.bin: $(B)/guests/plain.elf
	objcopy -O binary $< $@

# isolinux on a CD, syslinux on a disk with a FAT file system; both with the same program as GRUB's.
SYSLINUX_FILES := isolinux.cfg program.elf disk.img ldlinux.c32 libcom32.c32 mboot.c32
SYSLINUX_TREE := $(B)/guests/syslinux
TEST_NEEDS += $(B)/guests/isolinux.iso $(B)/guests/syslinux.img

$(SYSLINUX_TREE)/isolinux.cfg: tests/guests/syslinux/syslinux.cfg
$(SYSLINUX_TREE)/program.elf: $(B)/guests/grub-program.elf
$(SYSLINUX_TREE)/disk.img: $(B)/guests/boot.img
$(SYSLINUX_TREE)/isolinux.bin: /usr/lib/ISOLINUX/isolinux.bin
$(addprefix $(SYSLINUX_TREE)/,isolinux.cfg program.elf disk.img isolinux.bin):
	@mkdir -p $(@D)
	cp $< $@

$(SYSLINUX_TREE)/%.c32: /usr/lib/syslinux/modules/bios/%.c32
	@mkdir -p $(@D)
	cp $< $@

$(B)/guests/isolinux.iso: $(addprefix $(SYSLINUX_TREE)/,$(SYSLINUX_FILES) isolinux.bin)
	xorriso -as mkisofs -quiet -o $@ -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
	    $(SYSLINUX_TREE) >$@.log 2>&1 || { cat $@.log >&2; false; }

$(B)/guests/syslinux.img: $(addprefix $(SYSLINUX_TREE)/,$(SYSLINUX_FILES))
	rm -f $@ && truncate -s 16M $@
	mformat -i $@ -h 16 -s 63 -t 32 ::
	mcopy -i $@ $(filter-out %/ldlinux.c32,$^) ::
	mmove -i $@ ::isolinux.cfg ::syslinux.cfg
	syslinux --install $@

# The same on a floppy disk.
TEST_NEEDS += $(B)/guests/floppy.img

$(B)/guests/floppy.img: $(addprefix $(SYSLINUX_TREE)/,$(SYSLINUX_FILES))
	rm -f $@ && truncate -s 1440K $@
	mformat -i $@ -f 1440 ::
	mcopy -i $@ $(filter-out %/ldlinux.c32,$^) ::
	mmove -i $@ ::isolinux.cfg ::syslinux.cfg
	syslinux --install $@
