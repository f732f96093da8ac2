# shellcheck shell=sh disable=SC2034
# common.sh - for scripts of this directory whose arguments are BUILD [PRESET...]: goes to the root,
# sets `build`, makes `work`, a directory for the time of the run, and leaves the presets, or all of
# them, as the arguments.
set -eu
cd "$(dirname "$0")/../.."
build=$1
shift
[ $# -gt 0 ] || set -- selkirk crusoe efficeon
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
