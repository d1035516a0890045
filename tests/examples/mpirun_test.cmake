# Runs programs as a user does on several processes:
#   cmake -DPROGRAMS=<folder> -DSTART=<mpirun> -DWORK=<folder> -P mpirun_test.cmake
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/expect.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(compare "${PROGRAMS}/compare")
set(options --dataset synthetic --train-images 192 --holdout 64 --batch 64 --norms batch,group)

# Sets status, output and errors. mpirun writes CR LF.
macro(execute)
    execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}" TIMEOUT 100
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    string(REPLACE "\r\n" "\n" output "${output}")
endmacro()

# The figures of two reports are equal, and the weights, bit for bit.
function(expect_same one other)
    file(READ "${WORK}/${one}/results.json" one_json)
    file(READ "${WORK}/${other}/results.json" other_json)
    foreach(network IN ITEMS 0 1)
        foreach(epoch IN ITEMS 0 1)
            foreach(figure IN ITEMS train_loss train_accuracy train_accuracy_eval test_loss test_accuracy)
                string(JSON wanted GET "${one_json}" networks ${network} epochs ${epoch} ${figure})
                string(JSON found GET "${other_json}" networks ${network} epochs ${epoch} ${figure})
                expect("${other}: ${figure} of network ${network}, epoch ${epoch} is ${wanted}, not ${found}"
                    found STREQUAL wanted)
            endforeach()
        endforeach()
        foreach(member IN ITEMS batch_loss predicted)
            string(JSON wanted GET "${one_json}" networks ${network} ${member})
            string(JSON found GET "${other_json}" networks ${network} ${member})
            expect("${other}: ${member} of network ${network}" found STREQUAL wanted)
        endforeach()
    endforeach()
    foreach(norm IN ITEMS batch group)
        file(SHA256 "${WORK}/${one}/weights_${norm}.safetensors" wanted)
        file(SHA256 "${WORK}/${other}/weights_${norm}.safetensors" found)
        expect("${other}: the weights of ${norm}" found STREQUAL wanted)
    endforeach()
endfunction()

execute("${compare}" ${options} --epochs 2 --output alone)
expect("alone: status 0" status EQUAL 0)
execute(${START} -n 2 "${compare}" ${options} --epochs 2 --threads 1 --output two)
expect("two: status 0, not ${status}: ${errors}" status EQUAL 0)
expect("how many work" output MATCHES "2 epochs, 2 processes of 1 thread each, ")
string(REGEX MATCHALL "The report: " reports "${output}")
expect("one process prints" reports STREQUAL "The report: ")
file(READ "${WORK}/two/results.json" json)
string(JSON processes GET "${json}" run processes)
expect("two processes in results.json" processes EQUAL 2)
expect_same(alone two)

# Begun by three and resumed by two.
execute(${START} -n 3 "${compare}" ${options} --epochs 1 --output first --checkpoint kept)
expect("three: status 0, not ${status}: ${errors}" status EQUAL 0)
execute(${START} -n 2 "${compare}" ${options} --epochs 2 --output resumed --checkpoint kept --resume)
expect("resumed: status 0, not ${status}: ${errors}" status EQUAL 0)
expect("resumed" output MATCHES "batch  resumed at epoch 2\n")
expect_same(alone resumed)

# A signal to one process stops all, and the report is written.
file(WRITE "${WORK}/stopped.sh" [=[
"$@" >lines &
until grep -q "epoch "  lines && test -e stopped/norma.lock; do sleep 0.1; done
kill -TERM "$(cat second)"
wait $!
]=])
file(WRITE "${WORK}/second.sh" "echo $$ >second\nexec \"$@\"\n")
set(long ${options} --epochs 1000000 --output stopped)
execute(sh "${WORK}/stopped.sh" ${START} -n 1 "${compare}" ${long} : -n 1 sh "${WORK}/second.sh" "${compare}" ${long})
expect("it says that it was stopped: status 143, not ${status}: ${errors}" status EQUAL 143)
expect("a page" EXISTS "${WORK}/stopped/index.html")

# An error in one process ends both, with one message.
execute(${START} -n 1 "${compare}" ${options} --epochs 1 --output none
    : -n 1 "${compare}" --dataset cifar10 --data "${WORK}" --epochs 1 --output none)
expect("not status 0" NOT status EQUAL 0)
string(REGEX MATCHALL "compare: [^\n]*\n" told "${errors}")
expect("one message with the rank, not '${told}'" told MATCHES "^compare: rank 1 of 2: CIFAR-10 is not in [^\n]*\n$")
execute(${START} -n 1 "${compare}" ${options} --epochs 1 --output none
    : -n 1 "${compare}" ${options} --epochs 2 --output none)
expect("other options are refused" errors MATCHES "compare: mpirun has started processes with different options[^\n]*\n")
execute(${START} -n 2 "${compare}" --epochs 0)
string(REGEX MATCHALL "compare: [^\n]*\n" told "${errors}")
expect("one message, not '${told}'" told MATCHES "^compare: rank 0 of 2: --epochs: '0' is not [^\n]*\n$")

# The program distributed prints the same, alone and shared.
execute("${PROGRAMS}/distributed")
expect("distributed: status 0, not ${status}: ${errors}" status EQUAL 0)
expect("it learns (guessing gives 10 %)" output MATCHES "epoch 3: test accuracy [6-9][0-9]\\.[0-9] %\nhash of the weights: [0-9a-f]+\n$")
set(alone "${output}")
execute(${START} -n 2 "${PROGRAMS}/distributed")
expect("distributed by two prints '${alone}', not '${output}'" output STREQUAL alone)
