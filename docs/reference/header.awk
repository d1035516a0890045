# A header as Doxygen reads it: everything in it is in the group `room`, if that is not empty. A group cannot go across the
# edge of a namespace, so it ends and begins again there. The comment before the header's first namespace, or before an
# empty line above it, describes the header itself.

# Prints the empty line and the comment that wait.
function print_waiting(of_header,    i) {
    if (of_header && waiting > 1) wait[1] = "/// @file"
    for (i = 1; i <= waiting; ++i) print wait[i]
    waiting = 0
}

BEGIN {
    if (room != "") {
        open_group = "/** @addtogroup room" room " */ /** @{ */ "
        close_group = "/** @} */ "
    }
}
FNR == 1 { $0 = "/** @file */ " open_group $0 }
/^\}  \/\/ namespace norma/ { $0 = close_group "} " open_group }
/^namespace norma.*\{$/ {
    print_waiting(!inside)
    inside = 1
    print close_group $0
    getline
    print open_group $0
    next
}
!inside && $0 == "" { print_waiting(1); wait[++waiting] = ""; next }
!inside && waiting && /^\/\/\// { wait[++waiting] = $0; next }
{
    print_waiting(0)
    print
}
END {
    print_waiting(0)
    print close_group
}
