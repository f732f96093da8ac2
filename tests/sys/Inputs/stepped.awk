# Of a trace of I/O, the exceptions that single-step mode follows. An access of translated code is
# met twice: the first time the whole translation is undone, in the order that its loads and stores
# happen to have.
$3 == "exception" { held = $0; next }
$3 == "rollback" { held = held "\n" $0; next }
$3 == "step" { print held }
{ print }
