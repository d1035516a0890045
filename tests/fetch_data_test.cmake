# cmake/fetch_data.cmake against small archives of our own, in the folder WORK: no network.
cmake_minimum_required(VERSION 3.25)
set(script "${CMAKE_CURRENT_LIST_DIR}/../cmake/fetch_data.cmake")
set(served "${WORK}/served")
set(got "${WORK}/got")
file(REMOVE_RECURSE "${WORK}")

function(check)
    if(NOT (${ARGN}))
        message(FATAL_ERROR "not so: ${ARGN}\n${output}")
    endif()
endfunction()

# fetch(NAME=VALUE...) sets `failed` and `output`.
function(fetch)
    list(TRANSFORM ARGN PREPEND -D)
    execute_process(COMMAND "${CMAKE_COMMAND}" -DOUTPUT=${got} -DCIFAR10_URL=file://${served}
        -DMNIST_URL=file://${served} -DCIFAR10_MD5=${cifar10_md5} "-DMNIST_MD5S=${mnist_md5s}" ${ARGN} -P "${script}"
        RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
    string(REGEX REPLACE "[ \n]+" " " output "${output}")
    set(failed ${failed} PARENT_SCOPE)
    set(output "${output}" PARENT_SCOPE)
endfunction()

foreach(name IN ITEMS data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch)
    file(WRITE "${served}/cifar-10-batches-bin/${name}.bin" "images")
endforeach()
execute_process(COMMAND "${CMAKE_COMMAND}" -E tar czf cifar-10-binary.tar.gz cifar-10-batches-bin
    WORKING_DIRECTORY "${served}" COMMAND_ERROR_IS_FATAL ANY)
file(MD5 "${served}/cifar-10-binary.tar.gz" cifar10_md5)
set(mnist_md5s "")
foreach(name IN ITEMS train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)
    file(WRITE "${WORK}/${name}" "digits ${name}")
    file(ARCHIVE_CREATE OUTPUT "${served}/${name}.gz" PATHS "${WORK}/${name}" FORMAT raw COMPRESSION GZip)
    file(MD5 "${served}/${name}.gz" md5)
    list(APPEND mnist_md5s ${md5})
endforeach()

# A hash that differs: refused by name, and nothing is left behind.
fetch(SETS=cifar10 CIFAR10_MD5=00000000000000000000000000000000)
check(failed AND output MATCHES cifar-10-binary.tar.gz AND output MATCHES ${cifar10_md5})
check(NOT EXISTS ${got}/cifar-10-batches-bin AND NOT EXISTS ${got}/.fetch)

# A server that is not there.
fetch(SETS=mnist MNIST_URL=file://${WORK}/nowhere)
check(failed AND output MATCHES "could not be fetched" AND output MATCHES "by hand")

# A set that is not known.
fetch(SETS=imagenet)
check(failed AND output MATCHES imagenet)

# Both sets.
fetch()
check(NOT failed)
file(READ "${got}/cifar-10-batches-bin/data_batch_1.bin" content)
check(content STREQUAL images)
file(GLOB digits "${got}/MNIST/raw/train-labels-idx1-ubyte*")
check(digits)
check(NOT EXISTS ${got}/.fetch)

# What is there is not fetched again.
fetch(MNIST_URL=file://${WORK}/nowhere CIFAR10_URL=file://${WORK}/nowhere)
check(NOT failed AND output MATCHES already)

# What is there in part is made whole.
file(REMOVE "${got}/cifar-10-batches-bin/test_batch.bin" "${got}/MNIST/raw/t10k-labels-idx1-ubyte"
    "${got}/MNIST/raw/t10k-labels-idx1-ubyte.gz")
fetch()
check(NOT failed)
check(EXISTS ${got}/cifar-10-batches-bin/test_batch.bin)
file(GLOB digits "${got}/MNIST/raw/t10k-labels-idx1-ubyte*")
check(digits)
