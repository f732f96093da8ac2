#!/usr/bin/awk -f
# A line of ablation.sh's table. Arguments: the switch, cycles of each work with all on, and with it off.
BEGIN {
    name = ARGV[1]
    ARGV[1] = ""
}
FNR == 1 { file++ }
file == 1 { all[$1] = $2; next }
NF < 2 {
    stopped += !/^\+/
    next
}
{ ratio[$1] = 100 * $2 / all[$1] }
/^\+/ { next }
{
    sum += log(ratio[$1])
    n++
    if (ratio[$1] > worst) {
        worst = ratio[$1]
        program = $1
    }
}

function shown(value) { return value ? sprintf("%.1f", value) : "-" }

END {
    if (stopped)
        worst = 0
    printf "%-28s %9s %9s %-12s %9s %9s\n", name, n ? shown(exp(sum / n)) : "-", shown(worst),
        stopped ? stopped " stopped" : program, shown(ratio["+boot"]), shown(ratio["+loops"])
}
