# Unit tests of the host side of the host port.
HOSTPORT_OBJS := $(patsubst %,$(B)/host/vliw-sim/host/%.o,hostport media console screen)

$(B)/tests/hostport: $(HOSTPORT_OBJS)
