# Reads --stats files; prints each counter's name once, in order of first appearance, followed by
# `zero` if it is 0 in all of them. Of cycles it is the cause, of energy the unit that is named.
/^  "[a-z_]+": [{[]/ { part = substr($1, 2, length($1) - 3) }
part == "firmware" { next }
/^    "/ {
    line = $0
    gsub(/[",{}:]/, " ", line)
    n = split(line, word, " ")
    if (part == "chip" || part == "traps")
        count(part "." word[1], word[2])
    else
        for (i = 2; i < n; i += 2)
            if (part == "cycles")
                count("cause." word[i], word[i + 1])
            else if (part == "energy_pj")
                count("energy." word[i], word[i + 1])
}
function count(name, value)
{
    if (!(name in seen))
        order[++names] = name
    seen[name] = 1
    if (value > 0)
        some[name] = 1
}
END {
    for (i = 1; i <= names; i++)
        print order[i] (order[i] in some ? "" : " zero")
}
