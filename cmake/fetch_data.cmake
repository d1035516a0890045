# Downloads the official data sets, checks them by hash, and unpacks them as norma reads them:
#   cmake [-DOUTPUT=data] [-DSETS="cifar10;mnist"] -P cmake/fetch_data.cmake
#   OUTPUT/cifar-10-batches-bin/{data_batch_1..5,test_batch}.bin
#   OUTPUT/MNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte (left as .gz where there is no gzip program)
# A set that is there already is left alone. CIFAR10_URL and MNIST_URL name mirrors: the folder that holds the files.
cmake_minimum_required(VERSION 3.25)

macro(default name)
    if(NOT DEFINED ${name})
        set(${name} "${ARGN}")
    endif()
endmacro()

default(OUTPUT data)
default(SETS cifar10 mnist)
default(CIFAR10_URL https://www.cs.toronto.edu/~kriz)
default(MNIST_URL https://ossci-datasets.s3.amazonaws.com/mnist)
default(CIFAR10_MD5 c32a1d4ab5d03f1284b67883e8d87530)
default(MNIST_MD5S
    f68b3c2dcbeaaa9fbdd348bbdeb94873 d53e105ee54ea40749a09fcbcd1e9432
    9fb629c4189551a2d022fa330f9573f3 ec29112dd5afa0611ce80d1b7f02629c)
set(mnist_files train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)

cmake_path(ABSOLUTE_PATH OUTPUT NORMALIZE)  # from the current folder
set(part "${OUTPUT}/.fetch")                # nothing gets its name before it is whole

function(download url md5 file)
    message(STATUS "fetching ${url}")
    file(DOWNLOAD "${url}" "${file}" STATUS status INACTIVITY_TIMEOUT 60 TLS_VERIFY ON SHOW_PROGRESS)
    list(GET status 0 code)
    if(NOT code EQUAL 0)
        list(GET status 1 reason)
        file(REMOVE_RECURSE "${part}")
        message(FATAL_ERROR "${url} could not be fetched: ${reason}. "
            "Check the network, or put the data into ${OUTPUT} by hand.")
    endif()
    file(MD5 "${file}" found)
    if(NOT found STREQUAL md5)
        file(REMOVE_RECURSE "${part}")
        message(FATAL_ERROR "${url} is not the official file: its MD5 is ${found}, expected ${md5}. "
            "Try again; if it stays so, the server has changed the file.")
    endif()
endfunction()

function(fetch_cifar10)
    set(folder cifar-10-batches-bin)
    set(missing FALSE)
    foreach(name data_batch_1 data_batch_2 data_batch_3 data_batch_4 data_batch_5 test_batch)
        if(NOT EXISTS "${OUTPUT}/${folder}/${name}.bin" AND NOT EXISTS "${OUTPUT}/${folder}/${name}.bin.gz")
            set(missing TRUE)
        endif()
    endforeach()
    if(NOT missing)
        message(STATUS "${OUTPUT}/${folder} is there already")
        return()
    endif()
    download("${CIFAR10_URL}/cifar-10-binary.tar.gz" "${CIFAR10_MD5}" "${part}/cifar10.tar.gz")
    file(ARCHIVE_EXTRACT INPUT "${part}/cifar10.tar.gz" DESTINATION "${part}")
    if(EXISTS "${OUTPUT}/${folder}")  # but not whole
        file(COPY "${part}/${folder}" DESTINATION "${OUTPUT}")
    else()
        file(RENAME "${part}/${folder}" "${OUTPUT}/${folder}")
    endif()
endfunction()

function(fetch_mnist)
    set(raw "${OUTPUT}/MNIST/raw")
    file(MAKE_DIRECTORY "${raw}")
    find_program(gzip gzip)
    foreach(name md5 IN ZIP_LISTS mnist_files MNIST_MD5S)
        if(EXISTS "${raw}/${name}" OR EXISTS "${raw}/${name}.gz")
            message(STATUS "${raw}/${name} is there already")
            continue()
        endif()
        download("${MNIST_URL}/${name}.gz" "${md5}" "${part}/${name}.gz")
        if(gzip)
            execute_process(COMMAND "${gzip}" -d "${part}/${name}.gz" COMMAND_ERROR_IS_FATAL ANY)
            file(RENAME "${part}/${name}" "${raw}/${name}")
        else()
            file(RENAME "${part}/${name}.gz" "${raw}/${name}.gz")
        endif()
    endforeach()
endfunction()

file(REMOVE_RECURSE "${part}")
foreach(set IN LISTS SETS)
    if(NOT set MATCHES "^(cifar10|mnist)$")
        message(FATAL_ERROR "SETS: '${set}' is not known; there are cifar10 and mnist.")
    endif()
    cmake_language(CALL fetch_${set})
endforeach()
file(REMOVE_RECURSE "${part}")
