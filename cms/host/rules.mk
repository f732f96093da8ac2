# The host build: every part of the firmware but boot, main and the memory functions that the host's C library has.
HOST_CMS_SRC := $(filter-out cms/boot/% cms/lib/string.c,$(wildcard cms/*/*.c))
HOST_CMS_SRC := $(filter-out cms/host/main.c,$(HOST_CMS_SRC))
HOST_CMS_GEN := isa_codec isa_facts isa_lift isa_text
HOST_CMS := $(ISA_FP) $(HOST_CMS_SRC:%.c=$(B)/host/%.o) $(HOST_CMS_GEN:%=$(B)/host/gen/%.o)

ALL += $(B)/bin/cms-host

$(B)/host/libcms.a: $(HOST_CMS)
	@rm -f $@
	@$(AR) rcs $@ $^

$(B)/bin/cms-host: $(B)/host/cms/host/main.o $(B)/host/libcms.a
