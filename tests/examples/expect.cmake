# Fails the test unless the condition after `what` holds, and prints the `status`, `output` and `errors` of the last
# program.
function(expect what)
    if(NOT (${ARGN}))
        message(SEND_ERROR "expected: ${what}\nstatus: ${status}\noutput:\n${output}\nerrors:\n${errors}")
    endif()
endfunction()
