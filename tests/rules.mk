# Unit tests: each tests/unit/NAME.c is a program; what it links beside itself is stated by the
# owner of the code, in that directory's rules.mk: `$(B)/tests/NAME: $(B)/host/DIR/x.o`.
UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
TEST_NEEDS += $(UNIT_TESTS:%=$(B)/tests/%)
