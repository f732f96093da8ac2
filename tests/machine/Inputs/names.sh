#!/bin/sh
# names.sh LIST STATISTICS - fails if the names in STATISTICS (a --stats file) aren't those of LIST.
here=$(dirname "$0")
awk -f "$here/names.awk" "$2" >"$2.names" || exit 1
diff "$1" "$2.names" && exit 0
cat <<END
Statistics have other names than before (above: < is gone, > is new). Tools and scripts read
them by name, so a name changes only if its meaning does. If this is meant, take the new list:
    cp $2.names $1
END
exit 1
