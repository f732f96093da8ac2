# Reads --stats files; prints the firmware's counters that are 0 in all of them.
/^  "firmware": [{]/ { inside = 1; next }
/^  [}]/ { inside = 0 }
inside && /^    "/ {
    gsub(/[":,]/, " ")
    if (!($1 in sum))
        name[++names] = $1
    sum[$1] += $2
}
END {
    if (!names)
        print "no counters"
    for (i = 1; i <= names; i++)
        if (!sum[name[i]])
            print name[i]
}
