#!/bin/sh
# ablation.sh BUILD [PRESET] - what each part of the translator is worth: the same work with one
# switch off at a time, in percent of the cycles that it takes with all of them on.
#
# The switches are every cms.opt.NAME that is on by default or above 1, translations that check
# themselves, the highest gear, and parts of the machine that translations use, if the preset has
# them; the list comes from vliw-sim -o help. Work: the programs of tools/bench/twice (geometric
# mean of their marked sections, and the program that suffers most), SeaBIOS and our boot disk (all
# cycles that are not idle), and code with loops that often changes itself (likewise). What takes
# MOST times as long is stopped; `-` stands for it, and the mean is without it. What a guest prints
# must be the same with all of them.

# shellcheck source=tools/bench/common.sh
. "$(dirname "$0")/common.sh"
preset=$1
sim=$build/bin/vliw-sim
MOST=10

"$build/bin/loops-make" -n 150 >"$work/loops" 2>"$work/log"

# Cycles of the marked section, or of all phases but idle
marked='/^marked section: cycles/ { t = 1 } t && $1 == "all" { print $2; exit }'
busy='/^cycles by phase/ { t = 1 } t && $1 == "idle" { i = $2 }
    t && $1 == "all" { print $2 - i; exit }'
whole='$1 == "cycles" { print $2; exit }'

# A line: name, cycles, cycles of the whole run; only the name if it has been stopped
run() # name, what counts, options
{
    name=$1 count=$2
    shift 2
    limit=$(awk -v name="$name" -v most=$MOST '$1 == name { printf "%d", $3 * most }' "$work/all")
    status=0
    "$sim" --preset "$preset" --serial "file:$work/out" -o cms.gear=3 \
        ${limit:+--max-cycles $limit} "$@" >/dev/null 2>"$work/run" </dev/null || status=$?
    case $status in
    0) [ -f "$work/$name.out" ] || cp "$work/out" "$work/$name.out"
        cmp "$work/$name.out" "$work/out" >&2 || { echo "$name prints otherwise: $*" >&2; exit 1; }
        echo "$name $(awk "$count" "$work/run") $(awk "$whole" "$work/run")" ;;
    6) echo "$name" ;;
    *) tail -n 3 "$work/run" >&2; exit 1 ;;
    esac
}

measure() # options
{
    for guest in "$build"/bench/twice/*.elf; do
        run "$(basename "$guest" .elf)" "$marked" -m 16 --guest "$guest" "$@"
    done
    run +boot "$busy" --hda "$build/guests/boot.img" --read-only "$@"
    run +loops "$busy" --kernel "$build/guests/gears/runner.elf" --initrd "$work/loops" \
        --append quiet "$@"
}

switches()
{
    "$sim" --preset "$preset" -o help | awk '
        $1 == "cms.gear" { print "cms.gear=2" }
        $1 ~ /^cms\.(opt\.|smc\.self_check)/ && $2 == "0..1" && $3 == 1 { print $1 "=0" }
        $1 ~ /^cms\.opt\.[a-z]+$/ && $2 ~ /^1\.\./ && $3 > 1 { print $1 "=1" }'
    "$sim" --preset "$preset" --max-cycles 1 --config-out "$work/machine" 2>"$work/log" || true
    awk -F ' *= *' '
        /^\[/ { section = substr($0, 2, length($0) - 2) }
        { key = section "." $1 }
        $2 > 0 && key ~ /^(alias.registers|jtlb.entries|return_stack.entries)$/ {
            print key "=0"
        }' \
        "$work/machine"
}

touch "$work/all"
measure >"$work/first"
mv "$work/first" "$work/all"
switches >"$work/switches"
printf '%-28s %9s %9s %-12s %9s %9s\n' "$preset" programs worst '' boot loops
while read -r switch; do
    measure -o "$switch" >"$work/one"
    tools/bench/ablation.awk "$switch" "$work/all" "$work/one"
done <"$work/switches"
