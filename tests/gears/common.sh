# shellcheck shell=sh disable=SC2034
# common.sh - for scripts of this directory whose first argument is BUILD: goes to the root, sets
# `build`, `work` (a directory for the time of the run), `sim`, `highest` (the number of the highest
# gear) and `eager` (options under which everything is translated at once; see eager.sh), and leaves
# the other arguments.
set -eu
cd "$(dirname "$0")/../.."
build=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sim=$build/bin/vliw-sim
highest=$("$sim" -o help | awk '$1 == "cms.gear" { sub(/.*\.\./, "", $2); print $2 }')
eager=$(tests/gears/eager.sh "$build")
