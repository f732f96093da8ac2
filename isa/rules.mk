# isa/: everything that knows the atoms, from one description.

ISA_SCRIPTS := $(wildcard isa/*.py isa/templates/*.in)
ISA_HEADERS := $(addprefix $(GEN)/,isa.h isa_facts.h isa_codec.h isa_word.h isa_text.h isa_exec.inc isa_emulate.inc isa_pure.inc isa_intrinsics.h isa_lift.h)
ISA_SOURCES := $(addprefix $(GEN)/,isa_facts.c isa_codec.c isa_text.c isa_lift.c)
ISA_DESCRIPTION := $(wildcard isa/*.isa isa/*.h isa/*.c)
ISA_PURE := fp_core fp_x87 fp_sse
ISA_FP := $(ISA_PURE:%=$(B)/host/isa/%.o)
ISA_OBJECTS := $(patsubst $(GEN)/%.c,$(B)/host/gen/%.o,$(ISA_SOURCES))

GENERATED += $(ISA_HEADERS)
DOCS += $(B)/docs/isa-reference.md

# Files that come out as they were keep their dates; the stamp says when the generator last ran.
$(GEN)/isa.stamp: $(ISA_DESCRIPTION) $(ISA_SCRIPTS)
	$(PYTHON) -B isa/generate.py --gen $(GEN) isa/atoms.isa
	@touch $@

$(ISA_HEADERS) $(ISA_SOURCES): $(GEN)/isa.stamp ;

$(B)/docs/isa-reference.md: $(ISA_DESCRIPTION) $(ISA_SCRIPTS)
	$(PYTHON) -B isa/generate.py --reference $@ isa/atoms.isa
	@touch $@

$(B)/tests/isa_roundtrip: $(ISA_OBJECTS)
$(B)/host/tests/unit/isa_prims.o: HOST_FLAGS += $(if $(filter x86_64,$(shell uname -m)),-mno-red-zone)
$(B)/tests/isa_lift: $(ISA_OBJECTS)

# Floating point against the processor that builds it, and against MPFR.
$(B)/tests/isa_x87 $(B)/tests/isa_sse $(B)/tests/isa_mpfr: $(ISA_FP)
$(B)/host/tests/unit/isa_x87.o: HOST_FLAGS += $(if $(filter x86_64,$(shell uname -m)),-mno-red-zone)
$(B)/tests/isa_sse: LDLIBS := -lm
$(B)/tests/isa_mpfr: LDLIBS := -lmpfr -lgmp
