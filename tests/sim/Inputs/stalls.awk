# Reads --stats files; every cause of the chip must have cycles in some phase but `boot`.
/^  "cycles": [{]/ { inside = 1; next }
/^  [}]/ { inside = 0 }
inside && !/"boot"/ {
    gsub(/[",{}:]/, " ")
    for (i = 2; i < NF; i += 2) {
        if (!($i in sum))
            name[++names] = $i
        sum[$i] += $(i + 1)
    }
}
END {
    for (i = 1; i <= names; i++) {
        if (!sum[name[i]]) {
            print "no case for " name[i]
            missing = 1
        }
    }
    exit missing || !names
}
