# Functions that cut text. CMake's patterns with several matches give a list, which fails for text with brackets and
# semicolons. The functions' own variables begin with cut_, so that they do not hide the caller's.

# Cuts the text `cut_text` at its first `cut_mark`. Sets the variables `before` and `behind` to the parts, and `found`
# to whether there is a mark.
function(cut_at cut_text cut_mark before behind found)
    string(FIND "${cut_text}" "${cut_mark}" cut_place)
    if(cut_place EQUAL -1)
        set(${found} FALSE PARENT_SCOPE)
        return()
    endif()
    string(SUBSTRING "${cut_text}" 0 ${cut_place} cut_part)
    set(${before} "${cut_part}" PARENT_SCOPE)
    string(LENGTH "${cut_mark}" cut_length)
    math(EXPR cut_place "${cut_place} + ${cut_length}")
    string(SUBSTRING "${cut_text}" ${cut_place} -1 cut_part)
    set(${behind} "${cut_part}" PARENT_SCOPE)
    set(${found} TRUE PARENT_SCOPE)
endfunction()

# Cuts the text in the variable `cut_rest` at its first `cut_begin` … `cut_end`. Sets `before` to the text before it,
# `inside` to the text between, `cut_rest` to the text after it, and `found` to whether there was one.
function(cut_first cut_rest cut_begin cut_end before inside found)
    cut_at("${${cut_rest}}" "${cut_begin}" cut_before cut_behind cut_found)
    set(${found} ${cut_found} PARENT_SCOPE)
    if(NOT cut_found)
        return()
    endif()
    cut_at("${cut_behind}" "${cut_end}" cut_inside cut_behind cut_found)
    if(NOT cut_found)
        message(FATAL_ERROR "There is a '${cut_begin}' without its '${cut_end}'")
    endif()
    set(${before} "${cut_before}" PARENT_SCOPE)
    set(${inside} "${cut_inside}" PARENT_SCOPE)
    set(${cut_rest} "${cut_behind}" PARENT_SCOPE)
endfunction()
