# Linux of Debian's kernel package for the i386, with a shell: what the long test of it needs.
LINUX := $(B)/guests/linux
LONG_NEEDS += $(LINUX)/vmlinux $(LINUX)/initrd $(LINUX)/expected

$(LINUX)/vmlinuz: tests/long/linux/fetch.sh
	tests/long/linux/fetch.sh $(LINUX)
	@touch $@

$(LINUX)/vmlinux: $(LINUX)/vmlinuz tests/long/linux/unpack.py
	$(PYTHON) -B tests/long/linux/unpack.py $< > $@

$(LINUX)/initrd: $(LINUX)/vmlinuz tests/long/linux/init tests/long/linux/work
	cp tests/long/linux/init tests/long/linux/work $(LINUX)/tree
	chmod +x $(LINUX)/tree/init
	cd $(LINUX)/tree && find . | ./bin/cpio -o -H newc > ../initrd

$(LINUX)/expected: tests/long/linux/work $(LINUX)/vmlinuz
	PATH=$(CURDIR)/$(LINUX)/tree/bin sh $< > $@
