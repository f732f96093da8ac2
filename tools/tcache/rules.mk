# vliw-tcache: translations and what their bundles cost.
ALL += $(B)/bin/vliw-tcache

$(B)/bin/vliw-tcache: $(patsubst tools/tcache/%.c,$(B)/host/tools/tcache/%.o,$(wildcard tools/tcache/*.c))
