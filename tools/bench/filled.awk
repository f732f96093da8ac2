#!/usr/bin/awk -f
# Atoms per bundle of a listing by vliw-objdump: one bundle a line, in braces, atoms divided by semicolons.
/\{.*\}/ { bundles++; atoms += gsub(/;/, "&") + 1 }
END { printf "%.3f\n", atoms / bundles }
