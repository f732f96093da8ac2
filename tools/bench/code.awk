#!/usr/bin/awk -f
# A line of code.sh's table. Arguments: program, its four summaries (NAME.MODE.run), and what
# vliw-ld said about the superblocks.

# Not what vliw-ld has made, or no work. A program without firmware stays in phase boot.
function left_out(phase)
{
    return phase ~ /^(phase|all|idle|translated)$/ || (program == "firmware" && phase == "boot")
}

BEGIN {
    program = ARGV[1]
    ARGV[1] = ""
}
FNR == 1 {
    mode = FILENAME
    link = mode ~ /\.link$/
    sub(/\.(run|link)$/, "", mode)
    sub(/.*\./, "", mode)
    table = ""
}
link && $1 == "rv64.bytes" { rv = $2 }
link && $1 == "code.bytes" { bytes = $2 }
link { next }
/^cycles by phase/ { table = "cycles"; next }
/^work by phase/ { table = "work"; next }
/^$/ { table = "" }
table == "cycles" && $1 == "phase" { for (i = 1; i <= NF; i++) column[i] = $i; next }
left_out($1) { next }
table == "cycles" { for (i = 2; i <= NF; i++) cycles[mode, column[i]] += $i }
table == "work" { bundles[mode] += $2; atoms[mode] += $3 }

function share(cause) { return 100 * cycles["super", cause] / cycles["super", "all"] }
function gain(mode) { return cycles["scalar", "all"] / cycles[mode, "all"] }

END {
    other = 100 - share("issue") - share("operand") - share("icache") - share("dcache") - share("branch")
    printf "%-10s %10d %6.2f %6.2f %6.2f %7.2f %5.2f %8.1f %7.1f %7.1f %7.1f %6.1f %6.0f\n", program,
        cycles["scalar", "all"], gain("block"), gain("ext"), gain("super"),
        atoms["super"] / bundles["super"], atoms["super"] / cycles["super", "all"],
        share("operand"), share("icache"), share("dcache"), share("branch"), other, 100 * bytes / rv
}
