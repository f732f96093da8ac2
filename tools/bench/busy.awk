#!/usr/bin/awk -f
# Cycles that are not idle, per guest instruction, out of the summary of a run.
$1 == "retired" && !retired { retired = $2 }
$1 == "cycles" && !cycles { cycles = $2 }
/^cycles by phase/ { table = 1 }
table && $1 == "idle" { idle = $2 }
/^$/ && idle != "" { table = 0 }
END { printf "%.3f\n", (cycles - idle) / retired }
