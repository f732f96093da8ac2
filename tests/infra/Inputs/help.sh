#!/bin/sh
# help.sh BUILD MAN - each program with a page in MAN: what --help prints, against its page.
set -eu
build=$1 man=$2
programs=0 mistakes=0

mistake()
{
    echo "$name: $1"
    mistakes=$((mistakes + 1))
}

for page in "$man"/*.1; do
    name=$(basename "$page" .1)
    programs=$((programs + 1))
    help=$("$build/bin/$name" --help 2>/dev/null) || mistake "--help ends with status $?"
    case $help in
    "usage: $name "*) ;;
    *) mistake "--help prints no usage" ;;
    esac
    # Options at the begin of a line, as the page has them: without the first hyphen
    for option in $(echo "$help" | sed -n 's/^  *-\([-A-Za-z]*\).*/\1/p'); do
        grep -q -e "^\.It Fl $option" -e "[^a-z]Fl $option" "$page" ||
            mistake "the manual page lacks -$option"
    done
done
echo "$programs programs, $mistakes mistakes"
