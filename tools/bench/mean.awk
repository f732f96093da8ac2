#!/usr/bin/awk -f
# The last line of twice.sh's table: geometric means of the columns that have one.
{ x86 += log($4); bundles += log($5); atoms += log($6); ratio += log($13); mips += log($14); n++ }
END {
    if (!n)
        exit 1
    printf "%-10s %9s %9s %7.3f %7.3f %6.3f %6s %6s %6s %6s %6s %9s %6.1f %6.0f\n\n", "mean", "", "",
        exp(x86 / n), exp(bundles / n), exp(atoms / n), "", "", "", "", "", "", exp(ratio / n),
        exp(mips / n)
}
