# With GOOD, a file of all cases without -DBAD: it must compile. With CASE: compiled with -DBAD it must fail. The first
# error must have the first `// expect:` text of the case, and the whole output must have all of them. The comparison
# ignores `norma::` and white space, in which GCC and Clang differ, and joins long sentences, which Clang gets in pieces.
include("${CMAKE_CURRENT_LIST_DIR}/../support/compiler.cmake")

if(GOOD)
    execute_process(COMMAND ${check_syntax} "${GOOD}" RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(failed)
        message(FATAL_ERROR "The good version of a case does not compile:\n${output}")
    endif()
    return()
endif()

execute_process(COMMAND ${check_syntax} -DBAD "${CASE}"
    RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT failed)
    message(FATAL_ERROR "The bad version of ${CASE} compiles.")
endif()

function(normalise text result)
    string(REPLACE "norma::" "" text "${text}")
    string(REGEX REPLACE "\"}, Text<[0-9]+[UL]*>{\"" " " text "${text}")
    string(REGEX REPLACE "[ \t\r\n]+" " " text "${text}")
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Text with semicolons and brackets cannot be a CMake list, so it is cut with patterns only.
string(REGEX MATCH "error: [^\n]*" first_error "${output}")
normalise("${first_error}" first_error)
normalise("${output}" whole)

file(STRINGS "${CASE}" lines REGEX "^// expect: ")
if(NOT lines)
    message(FATAL_ERROR "${CASE} has no line '// expect: text'.")
endif()
set(where "first error")
set(text "${first_error}")
foreach(line IN LISTS lines)
    string(REGEX REPLACE "^// expect: *" "" expected "${line}")
    normalise("${expected}" expected)
    string(FIND "${text}" "${expected}" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "The ${where} of ${CASE} lacks:\n  ${expected}\nThe compiler said:\n${output}")
    endif()
    set(where "output")
    set(text "${whole}")
endforeach()
