# Checks that PAGE shows PROGRAM without changes, except for the comment in its first lines, and the sentence that the
# case REFUSAL of tests/compile_errors expects from the compiler.
cmake_minimum_required(VERSION 3.25)
file(READ "${PAGE}" page)
file(READ "${PROGRAM}" program)
string(FIND "${program}" "#include" begin)
string(SUBSTRING "${program}" ${begin} -1 program)
string(FIND "${page}" "```cpp\n${program}```" found)
if(found EQUAL -1)
    message(FATAL_ERROR "${PAGE} does not show ${PROGRAM} as it is")
endif()

file(STRINGS "${REFUSAL}" sentence REGEX "^// expect: " LIMIT_COUNT 1)
string(REGEX REPLACE "^// expect: " "\n    " sentence "${sentence}")  # of which clang-format may have cut the end
string(FIND "${page}" "${sentence}" found)
if(found EQUAL -1)
    message(FATAL_ERROR "${PAGE} does not show, as a line of code, what ${REFUSAL} expects:${sentence}")
endif()
