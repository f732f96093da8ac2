# GCC's torture programs, which are fetched: not part of `make test`. LEVEL=-Os: another
# optimization; EVERY=20: one program of so many.
LEVEL := -O2
EVERY := 1

.PHONY: torture
torture: $(ALL)
	tests/ld/torture.sh $(B) $(LEVEL) $(EVERY)
