#!/bin/sh
# garbage.sh BUILD SEED CASES - guests of random bytes: each gear makes the same of them, and
# nothing of them reaches the firmware or the simulator.
#
# In user mode CASES pieces of garbage end in some exception, which is shown with registers and a
# sum of memory and compared; but for those that never end, which are stopped by a clock. With all
# privileges, from the first instruction of a BIOS or of a program in protected mode on, a guest of
# garbage may halt, fault three times, or run on: a panic of the firmware, a trap loop or an error
# of the simulator are what it must not cause.

# shellcheck source=tests/gears/common.sh
. "$(dirname "$0")/common.sh"
seed=$1 cases=$2

user() # where to, options
{
    to=$1
    shift
    timeout "${SELKIRK_TEST_SECONDS:-100}" "$sim" --serial none \
        --kernel "$build/guests/gears/runner.elf" --initrd "$work/cases" \
        --append quiet --debugcon "file:$to" "$@" >"$work/log" 2>&1 || {
        echo "seed $seed: $*"
        grep '^----' "$work/log" || cat "$work/log"
        exit 1
    }
}

agree() # two outputs
{
    awk 'FNR == NR { first[$2] = $0; next }
        $1 == "case" && !/endless/ && first[$2] !~ /endless/ && first[$2] != $0 {
            print first[$2]; print $0; bad = 1
        }
        END { exit bad }' "$1" "$2"
}

"$build/bin/loops-make" -g -n "$cases" -s "$seed" >"$work/cases" 2>"$work/log"
user "$work/gear1" --gear 1
for gear in $(seq 2 "$highest") eager; do
    more="--gear $gear"
    [ "$gear" != eager ] || more=$eager
    # shellcheck disable=SC2086
    user "$work/other" $more
    agree "$work/gear1" "$work/other" || { echo "seed $seed: gear 1 and ($more) differ"; exit 1; }
done

# The same bytes of cases, without their heads, as whole guests
system() # options
{
    status=0
    timeout 60 "$sim" -m 16 --serial none --max-cycles 4000000 "$@" >"$work/log" 2>&1 || status=$?
    case $status in
    0 | 1 | 6 | 10) ;;
    *)
        echo "seed $seed, guest $guest: $*"
        grep '^----' "$work/log" || tail -n 5 "$work/log"
        exit 1 ;;
    esac
}

guests=$((cases / 20))
size=$(wc -c <"$work/cases")
for guest in $(seq "$guests"); do
    dd if="$work/cases" of="$work/blob" bs=1 count=65536 \
        skip=$((guest * (size - 65536) / (guests + 1))) 2>/dev/null
    # shellcheck disable=SC2086
    {
        system --guest "$work/blob" $eager
        system --bios "$work/blob" $eager
        system --guest "$work/blob" --gear 1
    }
done
echo "$cases cases, $((2 * guests)) guests, no difference"
