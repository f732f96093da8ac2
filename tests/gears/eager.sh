#!/bin/sh
# eager.sh BUILD - options under which everything is translated, by the highest gear, as soon as it
# can be, however often it changes.
"$1/bin/vliw-sim" -o help | awk '
    $1 ~ /^cms\.gear[0-9]+\.(threshold|period)$/ { print "-o " $1 "=1" }
    $1 ~ /^cms\.gear[0-9]+\.watch$/ { print "-o " $1 "=50" }
    $1 == "cms.gear" { sub(/.*\.\./, "", $2); print "-o cms.gear=" $2 }
    $1 == "cms.smc.hot_writes" { print "-o " $1 "=1000000" }'
