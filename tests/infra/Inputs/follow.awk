# Makes a shell script of a page of the documentation: what a reader would do who follows it.
#
#   ```LANGUAGE FILE    the lines are FILE
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
}
/^```$/ && inside {
    if (inside == "file")
        print "END OF FILE"
    inside = ""
    next
}
/^```/ && !inside {
    inside = NF == 2 ? "file" : $1 == "```sh" ? "commands" : "other"
    if (inside == "file")
        print "mkdir -p \"$(dirname " quoted($2) ")\"; cat >" quoted($2) " <<'END OF FILE'"
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
