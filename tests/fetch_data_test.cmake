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
        -DMNIST_URL=file://${served} -DCIFAR10_MD5=${cifar10_md5} "-DCIFAR10_FILE_MD5S=${cifar10_file_md5s}"
        "-DMNIST_MD5S=${mnist_md5s}" "-DMNIST_FILE_MD5S=${mnist_file_md5s}" -DCIFAR100_MD5=${cifar100_md5}
        "-DCIFAR100_FILE_SIZES=${cifar100_sizes}" -DKMNIST_URL=file://${served} "-DKMNIST_MD5S=${mnist_md5s}"
        -DFASHION_MNIST_URL=file://${served} "-DFASHION_MNIST_MD5S=${mnist_md5s}" ${ARGN} -P "${script}"
        RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
    string(REGEX REPLACE "[ \n]+" " " output "${output}")
    set(failed ${failed} PARENT_SCOPE)
    set(output "${output}" PARENT_SCOPE)
endfunction()

set(cifar10_file_md5s "")
foreach(name IN ITEMS data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch)
    file(WRITE "${served}/cifar-10-batches-bin/${name}.bin" "images of ${name}")
    file(MD5 "${served}/cifar-10-batches-bin/${name}.bin" md5)
    list(APPEND cifar10_file_md5s ${md5})
endforeach()
file(WRITE "${served}/cifar-10-batches-bin/batches.meta.txt" "airplane")
execute_process(COMMAND "${CMAKE_COMMAND}" -E tar czf cifar-10-binary.tar.gz cifar-10-batches-bin
    WORKING_DIRECTORY "${served}" COMMAND_ERROR_IS_FATAL ANY)
file(MD5 "${served}/cifar-10-binary.tar.gz" cifar10_md5)
set(cifar100_sizes 17 16)
file(WRITE "${served}/cifar-100-binary/train.bin" "records to train.")
file(WRITE "${served}/cifar-100-binary/test.bin" "records to test.")
file(WRITE "${served}/cifar-100-binary/fine_label_names.txt" "apple")
file(WRITE "${served}/cifar-100-binary/coarse_label_names.txt" "fruit")
execute_process(COMMAND "${CMAKE_COMMAND}" -E tar czf cifar-100-binary.tar.gz cifar-100-binary
    WORKING_DIRECTORY "${served}" COMMAND_ERROR_IS_FATAL ANY)
file(MD5 "${served}/cifar-100-binary.tar.gz" cifar100_md5)
set(mnist_md5s "")
set(mnist_file_md5s "")
foreach(name IN ITEMS train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)
    file(WRITE "${WORK}/${name}" "digits ${name}")
    file(ARCHIVE_CREATE OUTPUT "${served}/${name}.gz" PATHS "${WORK}/${name}" FORMAT raw COMPRESSION GZip)
    file(MD5 "${served}/${name}.gz" md5)
    list(APPEND mnist_md5s ${md5})
    file(MD5 "${WORK}/${name}" md5)
    list(APPEND mnist_file_md5s ${md5})
endforeach()

# A file with another hash: the message names it, and nothing is left in the folder.
fetch(SETS=cifar10 CIFAR10_MD5=00000000000000000000000000000000)
check(failed AND output MATCHES cifar-10-binary.tar.gz AND output MATCHES ${cifar10_md5})
check(NOT EXISTS ${got}/cifar-10-batches-bin AND NOT EXISTS ${got}/.fetch)

# A server that is not there.
fetch(SETS=mnist MNIST_URL=file://${WORK}/nowhere)
check(failed AND output MATCHES "could not be downloaded" AND output MATCHES "yourself")

# A set that is not known.
fetch(SETS=imagenet)
check(failed AND output MATCHES imagenet)

# Both sets.
fetch()
check(NOT failed)
file(READ "${got}/cifar-10-batches-bin/data_batch_1.bin" content)
check(content STREQUAL "images of data_batch_1")
check(EXISTS "${got}/cifar-10-batches-bin/batches.meta.txt")
file(GLOB digits "${got}/MNIST/raw/train-labels-idx1-ubyte*")
check(digits)
check(NOT EXISTS ${got}/.fetch AND NOT EXISTS ${got}/.fetch.lock)

# Files that are there are not downloaded again.
fetch(MNIST_URL=file://${WORK}/nowhere CIFAR10_URL=file://${WORK}/nowhere)
check(NOT failed AND output MATCHES already)

# has(FILE TEXT): the file is complete, or the packed file if only that is there.
function(has file text)
    if(NOT EXISTS "${got}/${file}" AND EXISTS "${got}/${file}.gz")
        return()
    endif()
    file(READ "${got}/${file}" content)
    check(content STREQUAL text)
endfunction()

# If only some files are there, the others are downloaded.
file(REMOVE "${got}/cifar-10-batches-bin/test_batch.bin" "${got}/MNIST/raw/t10k-labels-idx1-ubyte"
    "${got}/MNIST/raw/t10k-labels-idx1-ubyte.gz")
fetch()
check(NOT failed)
has(cifar-10-batches-bin/test_batch.bin "images of test_batch")
has(MNIST/raw/t10k-labels-idx1-ubyte "digits t10k-labels-idx1-ubyte")

# A file that is cut short, empty, or of the right size but not official, is replaced; other files stay unchanged.
file(WRITE "${got}/cifar-10-batches-bin/data_batch_2.bin" "images of data")
file(WRITE "${got}/cifar-10-batches-bin/data_batch_3.bin" "")
file(WRITE "${got}/cifar-10-batches-bin/test_batch.bin" "images of test_botch")
file(WRITE "${got}/cifar-10-batches-bin/batches.meta.txt" "own names")
file(WRITE "${got}/MNIST/raw/train-labels-idx1-ubyte" "digits")
fetch()
check(NOT failed AND output MATCHES "data_batch_2.bin .14 bytes. is not the official file")
has(cifar-10-batches-bin/data_batch_2.bin "images of data_batch_2")
has(cifar-10-batches-bin/data_batch_3.bin "images of data_batch_3")
has(cifar-10-batches-bin/test_batch.bin "images of test_batch")
has(cifar-10-batches-bin/batches.meta.txt "own names")
has(MNIST/raw/train-labels-idx1-ubyte "digits train-labels-idx1-ubyte")
check(NOT EXISTS ${got}/.fetch)

# If the download fails, the old file stays.
file(WRITE "${got}/cifar-10-batches-bin/data_batch_2.bin" "images of data")
fetch(SETS=cifar10 CIFAR10_URL=file://${WORK}/nowhere)
check(failed AND output MATCHES "could not be downloaded")
has(cifar-10-batches-bin/data_batch_2.bin "images of data")
fetch(SETS=cifar10)
check(NOT failed)

# Packed files, and files with MNIST's other names, are official too; a damaged packed file is not.
find_program(gzip gzip)
if(gzip)
    set(batch "${got}/cifar-10-batches-bin/data_batch_4.bin")
    execute_process(COMMAND "${gzip}" "${batch}" COMMAND_ERROR_IS_FATAL ANY)
    file(RENAME "${got}/MNIST/raw/train-images-idx3-ubyte" "${got}/MNIST/raw/train-images.idx3-ubyte")
    fetch(MNIST_URL=file://${WORK}/nowhere CIFAR10_URL=file://${WORK}/nowhere)
    check(NOT failed AND NOT EXISTS "${batch}" AND NOT EXISTS "${got}/MNIST/raw/train-images-idx3-ubyte")
    file(WRITE "${batch}.gz" "cut")
    file(WRITE "${got}/MNIST/raw/train-images.idx3-ubyte" "cut")
    fetch()
    check(NOT failed)
    has(cifar-10-batches-bin/data_batch_4.bin "images of data_batch_4")
    has(MNIST/raw/train-images-idx3-ubyte "digits train-images-idx3-ubyte")
endif()

# Without a gzip program, MNIST's files stay packed, and replace damaged plain ones.
file(WRITE "${got}/MNIST/raw/t10k-images-idx3-ubyte" "cut")
fetch(SETS=mnist gzip=)
check(NOT failed AND NOT EXISTS "${got}/MNIST/raw/t10k-images-idx3-ubyte")
file(MD5 "${got}/MNIST/raw/t10k-images-idx3-ubyte.gz" found)
list(GET mnist_md5s 2 expected)
check(found STREQUAL expected)
fetch(SETS=mnist gzip= MNIST_URL=file://${WORK}/nowhere)
check(NOT failed)

# CIFAR-100 is checked by its files' sizes; the class names come too, but do not replace others.
fetch(SETS=cifar100)
check(NOT failed)
has(cifar-100-binary/train.bin "records to train.")
has(cifar-100-binary/coarse_label_names.txt "fruit")
fetch(SETS=cifar100 CIFAR10_URL=file://${WORK}/nowhere)
check(NOT failed AND output MATCHES already)
file(WRITE "${got}/cifar-100-binary/test.bin" "records")
file(WRITE "${got}/cifar-100-binary/fine_label_names.txt" "own names")
fetch(SETS=cifar100)
check(NOT failed)
has(cifar-100-binary/test.bin "records to test.")
has(cifar-100-binary/fine_label_names.txt "own names")
file(REMOVE "${got}/cifar-100-binary/test.bin")
set(cifar100_sizes 17 99)
fetch(SETS=cifar100)
check(failed AND output MATCHES "test.bin was not unpacked completely: it does not have 99 bytes")
check(NOT EXISTS "${got}/cifar-100-binary/test.bin" AND NOT EXISTS ${got}/.fetch)

# Fashion-MNIST and KMNIST stay packed; a damaged file is replaced, an unpacked one is not.
foreach(set IN ITEMS fashion_mnist kmnist)
    fetch(SETS=${set})
    check(NOT failed)
endforeach()
foreach(folder IN ITEMS FashionMNIST KMNIST)
    file(MD5 "${got}/${folder}/raw/t10k-images-idx3-ubyte.gz" found)
    check(found STREQUAL expected)
endforeach()
file(WRITE "${got}/KMNIST/raw/t10k-images-idx3-ubyte.gz" "cut")
file(WRITE "${got}/KMNIST/raw/train-labels-idx1-ubyte" "unpacked")
file(REMOVE "${got}/KMNIST/raw/train-labels-idx1-ubyte.gz")
fetch(SETS=kmnist)
check(NOT failed AND output MATCHES "already, and complete" AND output MATCHES "its hash is not known")
file(MD5 "${got}/KMNIST/raw/t10k-images-idx3-ubyte.gz" found)
check(found STREQUAL expected)
check(NOT EXISTS "${got}/KMNIST/raw/train-labels-idx1-ubyte.gz")
fetch(SETS=fashion_mnist FASHION_MNIST_URL=file://${WORK}/nowhere)
check(NOT failed)

# A folder with a file's name is not replaced.
file(REMOVE "${got}/cifar-10-batches-bin/data_batch_5.bin")
file(MAKE_DIRECTORY "${got}/cifar-10-batches-bin/data_batch_5.bin")
fetch(SETS=cifar10)
check(failed AND output MATCHES "data_batch_5.bin is a folder")
check(NOT EXISTS ${got}/.fetch)

# Two downloads at the same time: the second one stops.
file(LOCK "${got}/.fetch.lock" GUARD PROCESS)
fetch(SETS=mnist)
check(failed AND output MATCHES "another download")
