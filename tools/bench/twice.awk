#!/usr/bin/awk -f
# A line of twice.sh's table. Arguments: program, summary of the guest's run, of the native one.
BEGIN {
    program = ARGV[1]
    ARGV[1] = ""
}
FNR == 1 { native = files++ }
/^marked section: cycles/ { table = "cycles"; next }
/^marked section: work/ { table = "work"; next }
/^marked section: .* s$/ { seconds[native] = $3 }
/^$/ { table = "" }
$1 == "phase" || $1 == "all" { next }
table == "cycles" { cycles[native] += $2; by[native, $1] = $2 }
table == "work" {
    bundles[native] += $2
    retired[native] += $5
    if ($1 == "translated")
        filled = $2 ? $3 / $2 : 0
}

function share(phase) { return 100 * by[0, phase] / cycles[0] }

END {
    if (!cycles[0] || !retired[0] || !cycles[1]) {
        print program ": no marked section" > "/dev/stderr"
        exit 1
    }
    printf "%-10s %9d %9d %7.3f %7.3f %6.3f %6.1f %6.1f %6.1f %6.1f %6.1f %9d %6.1f %6.0f\n", program,
        retired[0], cycles[0], retired[0] / cycles[0], bundles[0] / retired[0], filled,
        share("translated"), share("interpret") + share("step"), share("translate"),
        share("dispatch") + share("recover"), share("monitor"), cycles[1],
        100 * cycles[0] / cycles[1], retired[0] / seconds[0] / 1e6
}
