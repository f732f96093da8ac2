#!/usr/bin/awk -f
# A line of cost.sh's table. Arguments: preset, name, summary with gear 2, with all gears, with all
# and many regions.
BEGIN {
    preset = ARGV[1]
    name = ARGV[2]
    ARGV[1] = ARGV[2] = ""
}
FNR == 1 { run = files++ }
/^cycles by phase/ { table = 1; next }
/^$/ { table = 0 }
table && $1 != "phase" { cycles[run, $1] = $2 }
$1 == "retired" && NF > 3 { retired[run] = $2 }
$1 ~ /^gear[23]\.insns$/ { made[run, $1] = $2 }

# What an instruction costs the optimizing gear in that run.
function optimized(run,    made3)
{
    made3 = made[run, "gear3.insns"]
    if (!made3)
        return "-"
    return sprintf("%.0f", (cycles[run, "translate"] - quick * made[run, "gear2.insns"]) / made3)
}

END {
    busy = cycles[1, "all"] - cycles[1, "idle"]
    quick = made[0, "gear2.insns"] ? cycles[0, "translate"] / made[0, "gear2.insns"] : 0
    printf "%-10s %-10s %10d %10d %8.1f %8.1f %8.1f %10.0f %10s %10s\n", preset, name,
        retired[1], busy, 100 * (busy - cycles[1, "translated"]) / busy,
        100 * cycles[1, "boot"] / busy, 100 * cycles[1, "translate"] / busy, quick, optimized(1),
        optimized(2)
}
