# x86-diff compares gear 1, in the host build, with the host's processor.
X86_DIFF := main native guest forms make
TEST_NEEDS += $(B)/bin/x86-diff $(B)/bin/x86-lengths

$(B)/host/tests/x86/%.o: HOST_FLAGS := -DCMS_HOST -Icms

$(B)/bin/x86-diff: $(X86_DIFF:%=$(B)/host/tests/x86/%.o) $(B)/host/libcms.a

# x86-lengths compares the decoder with objdump.
$(B)/bin/x86-lengths: $(B)/host/tests/x86/lengths.o $(B)/host/tests/x86/forms.o $(B)/host/cms/x86/decode.o

# More cases than `make test` has, from another seed each time.
.PHONY: fuzz-x86
fuzz: fuzz-x86
fuzz-x86: $(B)/bin/x86-diff
	seed=$$(date +%s); echo "seed $$seed"; $(B)/bin/x86-diff -n 500 -s $$seed
