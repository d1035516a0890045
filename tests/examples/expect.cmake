# Fails the test unless the condition behind `what` holds; tells what the program just run gave: its `status`, `output` and
# `errors`.
function(expect what)
    if(NOT (${ARGN}))
        message(SEND_ERROR "expected: ${what}\nstatus: ${status}\noutput:\n${output}\nerrors:\n${errors}")
    endif()
endfunction()
