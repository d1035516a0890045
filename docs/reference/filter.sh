#!/bin/sh
# Doxygen's input filter: writes the file $1 as Doxygen reads it. The working directory is the repository's root, and the
# numbers of lines stay.
set -eu
cd "$(dirname "$0")/../.."

# The rooms as `name|what is in it`, one a line, from the table in CONTRIBUTING.md.
rooms() {
    sed -n -E 's/^\| `([a-z]+)` \| (.*) \|$/\1|\2/p' CONTRIBUTING.md | while IFS='|' read -r room words; do
        [ ! -d "include/norma/$room" ] || printf '%s|%s\n' "$room" "$words"
    done
}

case $1 in
*.hpp)
    room=$(basename "$(dirname "$1")")
    [ "$room" != norma ] || room=
    sed -E -f docs/reference/comments.sed "$1" | awk -v room="$room" -f docs/reference/header.awk
    ;;
*.md)
    awk -f docs/reference/page.awk "$1"
    ;;
*/mainpage.dox)
    # The line @rooms becomes a table of the rooms. Each room is a group; its id is not its name, which a page may have.
    sed '/^@rooms$/,$d' "$1"
    rooms | sed -E 's#^([a-z]+)\|(.*)#| @ref room\1 "\1" | \2 |#'
    sed '1,/^@rooms$/d' "$1"
    rooms | sed -E 's#^([a-z]+)\|(.*)#/** @defgroup room\1 \1\n@brief \u\2. */#'
    ;;
*)
    cat "$1"
    ;;
esac
