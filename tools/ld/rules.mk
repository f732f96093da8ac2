# tools/ld: vliw-ld, and what native programs are linked with.

LD_SOURCES := main util atoms rvelf lift cfg callees objects live profile loops place collect super trace simplify narrow deps sched verify layout lines dwarf elfout report
LD_OBJECTS := $(LD_SOURCES:%=$(B)/host/tools/ld/%.o)

$(B)/bin/vliw-ld: $(LD_OBJECTS) $(ISA_OBJECTS) $(ISA_FP) $(B)/host/vliw-sim/config.o
$(B)/bin/vliw-ld: LDLIBS += -linih

ALL += $(B)/bin/vliw-ld
