# Makes a shell script of a page of the documentation: what a reader would do who follows it.
#
#   ```LANGUAGE FILE    the lines are FILE
#   ```LANGUAGE FILE behind|before TEXT
#                       the lines go into FILE, behind or before the first line that begins with TEXT
#   ```sh               lines that begin with `$ ` are commands, which must succeed; each other line
#                       must occur in the output of the command before it
#
# An empty line in a command's output, and one that is `...`, say nothing.
function quoted(text)
{
    gsub(/'/, "'\\''", text)
    return "'" text "'"
}
BEGIN {
    print "step() { echo \"$ $1\"; eval \"$1\" >followed 2>&1 || { cat followed; exit 1; }; }"
    print "expect() { grep -qF -e \"$1\" followed || { cat followed; echo \"missing: $1\"; exit 1; }; }"
    print "place() { awk -v where=\"$2\" -v at=\"$3\" '" \
          "function part(  line) { while ((getline line <\"part\") > 0) print line; done = 1 } " \
          "{ here = !done && index($0, at) == 1 } here && where == \"before\" { part() } { print } " \
          "here && where == \"behind\" { part() } END { exit !done }' \"$1\" >whole || " \
          "{ echo \"missing in $1: $3\"; exit 1; }; cat whole >\"$1\"; rm whole part; }"
}
/^```$/ && inside {
    if (inside == "file")
        print "END OF FILE"
    if (place)
        print place
    inside = place = ""
    next
}
/^```/ && !inside {
    inside = NF >= 2 ? "file" : $1 == "```sh" ? "commands" : "other"
    file = $2
    if (NF > 3) {
        match($0, / (behind|before) /)
        place = "place " quoted($2) " " $3 " " quoted(substr($0, RSTART + RLENGTH))
        file = "part"
    }
    if (inside == "file")
        print "mkdir -p \"$(dirname " quoted(file) ")\"; cat >" quoted(file) " <<'END OF FILE'"
    next
}
inside == "file"
inside == "commands" && /^\$ / {
    print "step " quoted(substr($0, 3))
    steps++
    next
}
inside == "commands" && !/^(\.\.\.)?$/ { print "expect " quoted($0) }
END {
    if (!steps)
        print "echo 'no commands to follow'; exit 1"
}
