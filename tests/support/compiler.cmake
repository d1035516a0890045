# For scripts that run the compiler: reads SETTINGS, which tests/CMakeLists.txt writes, and sets
#   compiler        its path
#   include_flags   the include folders of norma and its dependencies, except the compiler's own folders; and the option
#                   that makes GCC faster where there is memory
#   definition_flags    the definitions of norma's target
#   check_syntax    the command, without the file's name, that checks a program's syntax with norma's own flags
include("${SETTINGS}")

set(include_flags ${garbage_options} "-I${own_include}")
list(REMOVE_ITEM include_dirs "${own_include}" ${implicit_include_dirs})
foreach(dir IN LISTS include_dirs)
    list(APPEND include_flags -isystem "${dir}")
endforeach()

set(definition_flags ${definitions})
list(TRANSFORM definition_flags PREPEND -D)

set(check_syntax "${compiler}" -std=c++20 -fsyntax-only ${options} ${include_flags} ${definition_flags})
