# Unit tests of the host side of the host port.
HOSTPORT_OBJS := $(patsubst %,$(B)/host/vliw-sim/host/%.o,hostport media console picture screen script sound terminal tty)

$(B)/tests/hostport: $(HOSTPORT_OBJS)
$(B)/tests/hostport: LDLIBS := -lpng

# More of both, from another seed each time: requests to the host, and a guest that pokes at every device.
FUZZ += fuzz-io
.PHONY: fuzz-io
fuzz-io: $(B)/tests/hostport $(B)/tests/dev_fuzz
	@echo "seed $(FUZZ_SEED)"
	$(B)/tests/hostport 500000 $(FUZZ_SEED)
	$(B)/tests/dev_fuzz 5000000 $(FUZZ_SEED)

# Unit tests of the monitor's devices, in the host build of the firmware.
DEV_TESTS := dev_cd dev_clock dev_disk dev_floppy dev_input dev_misc dev_vga dev_fuzz
$(DEV_TESTS:%=$(B)/host/tests/unit/%.o): HOST_FLAGS := -DCMS_HOST -Icms
$(DEV_TESTS:%=$(B)/tests/%): $(B)/host/libcms.a

# The firmware's memory functions; the loops must not become calls of the functions that they are compared with.
$(B)/host/tests/unit/lib_string.o: HOST_FLAGS := -DCMS_HOST -Icms -fno-builtin \
    $(if $(findstring clang,$(CC)),,-fno-tree-loop-distribute-patterns)

$(B)/tests/pty: LDLIBS := -lutil
