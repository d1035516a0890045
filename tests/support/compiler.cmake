# For scripts that run the compiler: reads SETTINGS, which tests/CMakeLists.txt writes, and sets
#   compiler        its path
#   include_flags   the folders of norma and of what it needs, but those where the compiler looks anyway
#   definition_flags    what norma's target defines
#   check_syntax    the command that checks a program's syntax as norma's own are checked, the file's name left out
include("${SETTINGS}")

set(include_flags "-I${own_include}")
list(REMOVE_ITEM include_dirs "${own_include}" ${implicit_include_dirs})
foreach(dir IN LISTS include_dirs)
    list(APPEND include_flags -isystem "${dir}")
endforeach()

set(definition_flags ${definitions})
list(TRANSFORM definition_flags PREPEND -D)

set(check_syntax "${compiler}" -std=c++20 -fsyntax-only ${options} ${include_flags} ${definition_flags})
