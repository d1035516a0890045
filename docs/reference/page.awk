# A page of docs/ as Doxygen reads it: the page and its headings get names, and links lead to what the reference holds:
# pages, headings and headers. Links to other files lead from build/docs/html to the repository.

function slug(text) {  # as GitHub makes it
    text = tolower(text)
    gsub(/[^a-z0-9 _-]/, "", text)
    gsub(/ /, "-", text)
    return text
}

function target(link,    file, heading, at) {
    if (link ~ /^[a-z]+:/ || link ~ /^images\//) return link
    at = index(link, "#")
    file = at ? substr(link, 1, at - 1) : link
    heading = at ? "-" slug(substr(link, at + 1)) : ""
    if (file == "") return "@ref " page heading
    if (file ~ /^[^\/]*\.md$/) return "@ref " substr(file, 1, length(file) - 3) heading
    if (file ~ /^\.\.\/include\/norma\/.*\.hpp$/) return "@ref " substr(file, 12)
    # With a heading, for Doxygen takes what ends in .md for a page of its own.
    return "../../" (file ~ /^\.\.\// ? file : "../docs/" file) (file ~ /\.md$/ ? "#readme" : "")
}

FNR == 1 {
    page = FILENAME
    gsub(/^.*\/|\.md$/, "", page)
}
/^ *```/ { fenced = !fenced }
fenced { print; next }
/^# / { print $0 " {#" page "}"; next }
/^##+ / {
    heading = $0
    sub(/^#+ +/, "", heading)
    print $0 " {#" page "-" slug(heading) "}"
    next
}
{
    rest = $0
    line = ""
    while (match(rest, /\]\([^() ]+\)/)) {
        line = line substr(rest, 1, RSTART + 1) target(substr(rest, RSTART + 2, RLENGTH - 3)) ")"
        rest = substr(rest, RSTART + RLENGTH)
    }
    print line rest
}
