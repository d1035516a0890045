# Runs the program compare as a user does:
#   cmake -DCASE=<below> -DCOMPARE=<program> -DWORK=<folder> -P compare_test.cmake
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(report "${WORK}/report")

# Sets status, output and errors.
macro(compare)
    execute_process(COMMAND "${COMPARE}" ${ARGN} --output "${report}" WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
endmacro()

function(expect what)
    if(NOT (${ARGN}))
        message(SEND_ERROR "expected: ${what}\nstatus: ${status}\noutput:\n${output}\nerrors:\n${errors}")
    endif()
endfunction()

# Sets `variable` to a member of results.json; "absent" where there is none.
function(result variable)
    file(READ "${report}/results.json" json)
    string(JSON value ERROR_VARIABLE missing GET "${json}" ${ARGN})
    if(missing)
        set(value absent)
    endif()
    set(${variable} "${value}" PARENT_SCOPE)
endfunction()

function(short_run)
    compare(--dataset synthetic --train-images 256 --holdout 64 --batch 64 --epochs 1 --norms batch,group,layer,none)
    expect("status 0" status EQUAL 0)
    expect("the source in the first line" output MATCHES "^Data: Images drawn by norma .synthetic[^\n]*256 training images")
    expect("no character that redraws a line" NOT output MATCHES "\r")
    expect("where the report is" output MATCHES "${report}/index.html")
    expect("a page" EXISTS "${report}/index.html")
    set(i 0)
    foreach(norm parameters IN ZIP_LISTS norms counts)
        result(found networks ${i} norm)
        expect("network ${i} is ${norm}, not '${found}'" found STREQUAL norm)
        result(found networks ${i} parameters)
        expect("${norm} has ${parameters} parameters, not '${found}'" found EQUAL parameters)
        result(found networks ${i} epochs 0 test_accuracy)
        expect("${norm} has a test accuracy, not '${found}'" found MATCHES "^[0-9.]+$")
        result(found networks ${i} recalibrated test_accuracy)
        if(norm STREQUAL batch)
            expect("${norm} is recalibrated" found MATCHES "^[0-9.]+$")
        else()
            expect("${norm} is not recalibrated" found STREQUAL absent)
        endif()
        math(EXPR i "${i} + 1")
    endforeach()
endfunction()
set(norms batch group layer none)
set(counts 37108 37108 138324 36692)

function(refusals)
    compare(--epochs 0)
    expect("status 2" status EQUAL 2)
    expect("one sentence with the range" errors MATCHES "^compare: --epochs: '0' is not a whole number from 1 to [0-9]+\n$")
    compare(--dataset cifar10 --data "${WORK}")
    expect("status 1" status EQUAL 1)
    expect("the place and the remedy" errors MATCHES "^compare: no CIFAR-10 in ${WORK}/cifar-10[^\n]*--download[^\n]*\n$")
    compare(--dataset synthetic --train-images 129)
    expect("status 2" status EQUAL 2)
    expect("what to choose" errors MATCHES "^compare: 129 training images[^\n]*--train-images 128[^\n]*\n$")
    set(ENV{https_proxy} http://127.0.0.1:9)  # where nobody answers
    compare(--download --data "${WORK}/data")
    expect("status 1" status EQUAL 1)
    expect("what failed" errors MATCHES "compare: --download: CIFAR-10 could not be fetched into ${WORK}/data[^\n]*\n$")
    expect("no report" NOT EXISTS "${report}")
endfunction()

# run.sh SIGNAL PROGRAM...: the program is sent the signal as soon as it has told of its first epoch.
function(write_run_script)
    file(WRITE "${WORK}/run.sh" [=[
signal=$1
shift
mkfifo lines
"$@" >lines &
program=$!
while read -r line; do
    case $line in *"epoch 1/"* | *"epoch "*" 1/"*) kill -"$signal" "$program" ;; esac
done <lines
wait "$program"
]=])
endfunction()

function(interrupted)
    write_run_script()
    execute_process(COMMAND sh "${WORK}/run.sh" INT "${COMPARE}" --dataset synthetic --train-images 128 --holdout 64
        --epochs 1000000 --norms group,layer --output "${report}" WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    expect("status 130" status EQUAL 130)
    result(found run interrupted)
    expect("results.json says that it was interrupted" found)
    result(found networks 0 epochs 0 epoch)
    expect("the first epoch is there" found EQUAL 0)
    result(found networks 1 norm)
    expect("the network that was not begun is left out" found STREQUAL absent)
    expect("a page" EXISTS "${report}/index.html")
endfunction()

# Killed as soon as it has told of its first epoch, and resumed: the figures are those of a run that was never stopped.
function(resumed)
    set(options --dataset synthetic --train-images 192 --holdout 64 --batch 64 --epochs 3 --norms batch,group)
    compare(${options})
    expect("status 0" status EQUAL 0)
    file(READ "${report}/results.json" whole)
    write_run_script()
    execute_process(COMMAND sh "${WORK}/run.sh" KILL "${COMPARE}" ${options} --checkpoint "${WORK}/kept"
        --output "${WORK}/none" WORKING_DIRECTORY "${WORK}" RESULT_VARIABLE status ERROR_VARIABLE errors)
    expect("it was killed" status EQUAL 137)
    expect("the first network is kept" EXISTS "${WORK}/kept/batch.safetensors")
    compare(${options} --checkpoint "${WORK}/kept" --resume)
    expect("status 0" status EQUAL 0)
    expect("that it goes on" output MATCHES "batch  goes on from epoch [234]\n")
    foreach(network IN ITEMS 0 1)
        foreach(epoch IN ITEMS 0 1 2)
            foreach(figure IN ITEMS train_loss train_accuracy train_accuracy_eval test_loss test_accuracy)
                result(found networks ${network} epochs ${epoch} ${figure})
                string(JSON wanted GET "${whole}" networks ${network} epochs ${epoch} ${figure})
                expect("${figure} of network ${network}, epoch ${epoch} is ${wanted}, not ${found}" found STREQUAL wanted)
            endforeach()
        endforeach()
    endforeach()
    compare(${options} --checkpoint "${WORK}/kept" --resume --lr 0.02)
    expect("status 1" status EQUAL 1)
    expect("what differs" errors MATCHES "batch norm: --resume: the checkpoint was made with another --lr: 0.01 there, 0.02 here")
endfunction()

# At this rate the loss, or only its gradient, overflows. A network that fails does not keep the next one from its turn.
function(failed_training)
    compare(--dataset synthetic --train-images 256 --holdout 64 --batch 32 --epochs 1 --lr 100000 --norms none,group)
    expect("status 1" status EQUAL 1)
    foreach(norm IN ITEMS none group)
        expect("what happened to ${norm}" errors
            MATCHES "compare: ${norm} norm: the (loss is not a finite number|gradient is not finite)[^\n]*: [^\n]* layer [^\n]*\n")
    endforeach()
    result(found networks 0 epochs)
    expect("no epoch that was not completed, not '${found}'" found STREQUAL "[]")
    result(found networks 1 norm)
    expect("both are in the report" found STREQUAL group)
    expect("a page" EXISTS "${report}/index.html")
endfunction()

function(learns_real_images)
    if("$ENV{NORMA_DATA}" STREQUAL "" OR NOT EXISTS "$ENV{NORMA_DATA}/cifar-10-batches-bin/data_batch_1.bin")
        message(STATUS "skipped: NORMA_DATA names no folder with CIFAR-10")
        return()
    endif()
    if(FEW)  # under a sanitizer, where all of it would take half an hour: the network whose samples wait for each other
        compare(--train-images 1000 --holdout 500 --batch 16 --lr 0.02 --epochs 3 --step 2 --norms batch)
        set(images 1,000)
        set(networks 0)
        set(last 2)
        set(least 20)
    else()
        compare(--train-images 5000 --holdout 1000 --batch 32 --lr 0.02 --epochs 5 --step 4)
        set(images 5,000)
        set(networks 0 1 2)
        set(last 4)
        set(least 30)
    endif()
    expect("status 0" status EQUAL 0)
    expect("real images" output MATCHES "^Data: CIFAR-10 from [^\n]*${images} training images")
    foreach(i IN LISTS networks)
        result(norm networks ${i} norm)
        result(found networks ${i} epochs ${last} test_accuracy)
        expect("${norm} reaches a test accuracy of ${least} % (chance: 10 %), not '${found}'" found GREATER least)
    endforeach()
endfunction()

if(NOT CASE MATCHES "^(short_run|refusals|interrupted|resumed|failed_training|learns_real_images)$")
    message(FATAL_ERROR "CASE: '${CASE}' is not known")
endif()
cmake_language(CALL ${CASE})
