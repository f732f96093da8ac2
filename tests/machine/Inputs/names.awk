# Reads a --stats file; prints the path of each name once. Lists and what is in them are one name.
function name(text)
{
    sub(/^ *"/, "", text)
    sub(/".*/, "", text)
    return text
}

/^  "/ { section = name($0); print section; next }
/^    "/ {
    print section "." name($0)
    if (!/[{]/)
        next
}
/^    ["{]/ {
    sub(/^[^{]*[{]/, "")
    while (match($0, /"[^"]*":/)) {
        inner = section ".*." name(substr($0, RSTART, RLENGTH))
        if (!(inner in seen))
            print inner
        seen[inner] = 1
        $0 = substr($0, RSTART + RLENGTH)
    }
}
