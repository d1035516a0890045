# Runs the program compare as a user does:
#   cmake -DCASE=<below> -DCOMPARE=<program> -DWORK=<folder> -P compare_test.cmake
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/expect.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(report "${WORK}/report")

# Sets status, output and errors.
macro(compare)
    execute_process(COMMAND "${COMPARE}" ${ARGN} --output "${report}" WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
endmacro()

# Sets `variable` to a member of results.json; to "absent" if there is none.
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
    expect("the place and the remedy" errors MATCHES "^compare: CIFAR-10 is not in ${WORK}/cifar-10[^\n]*--download[^\n]*\n$")
    compare(--dataset synthetic --train-images 129)
    expect("status 2" status EQUAL 2)
    expect("what to choose" errors MATCHES "^compare: 129 training images[^\n]*--train-images 128[^\n]*\n$")
    set(ENV{https_proxy} http://127.0.0.1:9)  # where nobody answers
    compare(--download --data "${WORK}/data")
    expect("status 1" status EQUAL 1)
    expect("what failed" errors MATCHES "compare: --download: CIFAR-10 could not be downloaded into ${WORK}/data[^\n]*\n$")
    expect("no report" NOT EXISTS "${report}")

    # Folders that are none.
    execute_process(COMMAND ln -s loop loop WORKING_DIRECTORY "${WORK}")
    file(TOUCH "${WORK}/file")
    string(REPEAT "x" 300 long)
    foreach(kind IN ITEMS "loop;Too many levels of symbolic links" "${long};File name too long" "file;Not a directory")
        list(GET kind 0 name)
        list(GET kind 1 reason)
        foreach(option IN ITEMS --data --checkpoint --output)
            set(ENV{NORMA_DATA} "${WORK}/${name}")
            set(named "${option}")
            if(option STREQUAL "--data")
                compare(--data "${WORK}/${name}")
            elseif(option STREQUAL "--checkpoint")
                compare(--dataset synthetic --train-images 64 --holdout 64 --checkpoint "${WORK}/${name}")
            else()
                execute_process(COMMAND "${COMPARE}" --dataset synthetic --train-images 64 --holdout 64
                    --output "${WORK}/${name}" RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
            endif()
            expect("status 1" status EQUAL 1)
            expect("${option} and why '${name}' is not a folder" errors
                MATCHES "^compare: ${option}: ${WORK}/${name}[^\n]*${reason}[^\n]*\n$")
        endforeach()
        compare(--epochs 1)
        expect("status 1" status EQUAL 1)
        expect("NORMA_DATA and why '${name}' is not a folder" errors
            MATCHES "^compare: .NORMA_DATA: ${WORK}/${name}[^\n]*${reason}[^\n]*\n$")
    endforeach()
endfunction()

# Another network than the experiment's is trained by a program beside compare, with the same arguments.
function(other_program)
    file(COPY "${COMPARE}" DESTINATION "${WORK}")
    set(other --network resnet56 --epochs 3 --norms "group,none")
    execute_process(COMMAND "${WORK}/compare" ${other} RESULT_VARIABLE status ERROR_VARIABLE errors)
    expect("status 2" status EQUAL 2)
    expect("how to build it" errors
        MATCHES "^compare: --network: the program for ResNet-56 is not built: [^\n]*--target compare_resnet56\n$")
    file(WRITE "${WORK}/compare_resnet56" "#!/bin/sh\necho $@\nexit 7\n")
    file(CHMOD "${WORK}/compare_resnet56" PERMISSIONS OWNER_READ OWNER_EXECUTE)
    execute_process(COMMAND "${WORK}/compare" ${other} RESULT_VARIABLE status OUTPUT_VARIABLE output)
    expect("its status" status EQUAL 7)
    expect("its arguments" output STREQUAL "--network resnet56 --epochs 3 --norms group,none\n")
    execute_process(COMMAND "${WORK}/compare" --precision bf16 RESULT_VARIABLE status ERROR_VARIABLE errors)
    expect("how to build it in bf16" errors
        MATCHES "^compare: --precision: the program for the experiment's network in bf16 is not built: [^\n]*--target compare_bf16\n$")
    file(RENAME "${WORK}/compare_resnet56" "${WORK}/compare_resnet56_bf16")
    execute_process(COMMAND "${WORK}/compare" --precision bf16 ${other} RESULT_VARIABLE status)
    expect("its status" status EQUAL 7)
    compare(--network resnet)
    expect("status 2" status EQUAL 2)
    expect("the networks that there are" errors MATCHES "^compare: --network: 'resnet' is not one of cifar10, [^\n]*\n$")
endfunction()

# COMPARE is the program for ResNet-20 with shortcuts without parameters, EXPERIMENT the one for the experiment's network.
function(other_network)
    set(options --dataset synthetic --train-images 65 --holdout 64 --batch 64 --epochs 1 --norms batch,group
        --checkpoint "${WORK}/kept")
    compare(${options})
    expect("status 0, also with a last batch of one image: no map is 1 × 1" status EQUAL 0)
    expect("which network" output MATCHES "Network: ResNet-20, shortcuts without parameters\n")
    result(found run network)
    expect("which network in results.json, not '${found}'" found STREQUAL resnet20_option_a)
    result(found networks 1 parameters)
    expect("269,722 parameters, not '${found}'" found EQUAL 269722)
    compare(${options} --network resnet20_option_a --resume)
    expect("status 0" status EQUAL 0)
    expect("resumed" output MATCHES "batch  resumed at epoch 2")
    file(STRINGS "${report}/weights_group.safetensors" noted REGEX "network[^a-z]*resnet20_option_a")
    expect("which network in the weights" noted MATCHES resnet20)
    set(COMPARE "${EXPERIMENT}")
    compare(--dataset synthetic --train-images 66 --holdout 64 --batch 64 --epochs 1 --norms batch
        --checkpoint "${WORK}/kept" --resume)
    expect("status 2" status EQUAL 2)
    expect("what differs" errors
        MATCHES "^compare: --resume: ${WORK}/kept/batch.safetensors: it was made with another --network: \"resnet20_option_a\" in the checkpoint, \"cifar10\" in this run\n$")
endfunction()

# COMPARE is the program for the experiment's network in bf16, EXPERIMENT the one in fp32.
function(other_precision)
    set(options --dataset synthetic --train-images 128 --holdout 64 --batch 64 --epochs 1 --norms group
        --checkpoint "${WORK}/kept")
    compare(${options})
    expect("status 0" status EQUAL 0)
    expect("which precision" output MATCHES "Network: the experiment's network in bf16\n")
    result(found run precision)
    expect("which precision in results.json, not '${found}'" found STREQUAL bf16)
    file(STRINGS "${report}/weights_group.safetensors" noted REGEX "precision[^a-z]*bf16")
    expect("which precision in the weights" noted MATCHES bf16)
    result(half networks 0 epochs 0 train_loss)
    compare(${options} --resume)
    expect("resumed" output MATCHES "group  resumed at epoch 2")
    set(COMPARE "${EXPERIMENT}")
    compare(${options} --resume)
    expect("status 2" status EQUAL 2)
    expect("what differs" errors
        MATCHES "^compare: --resume: ${WORK}/kept/group.safetensors: it was made with another --precision: \"bf16\" in the checkpoint, \"fp32\" in this run\n$")
    list(REMOVE_ITEM options --checkpoint "${WORK}/kept")
    compare(${options})
    expect("status 0" status EQUAL 0)
    result(single networks 0 epochs 0 train_loss)
    expect("another loss than in fp32" NOT half STREQUAL single)
endfunction()

# COMPARE is cifar94_bf16, a program with a network of its own.
function(own_network)
    compare(--dataset synthetic --train-images 16 --holdout 4 --batch 8 --epochs 1.5 --norm all)
    expect("status 0" status EQUAL 0)
    expect("which network" output MATCHES "Network: airbench94 in bf16\n")
    expect("the table has six views" output MATCHES "six views")
    set(i 0)
    foreach(norm IN ITEMS batch group layer none)
        result(found networks ${i} norm)
        expect("network ${i} is ${norm}, not '${found}'" found STREQUAL norm)
        result(found networks ${i} test_accuracy_of_views)
        expect("${norm} has an accuracy with six views, not '${found}'" found MATCHES "^[0-9.]+$")
        math(EXPR i "${i} + 1")
    endforeach()
endfunction()

# If CIFAR-10 is not found, synthetic images are used: the program says so first and last, and at the head of the page.
function(drawn_images)
    unset(ENV{NORMA_DATA})
    compare(--train-images 64 --holdout 64 --epochs 1 --norms group)
    expect("status 0" status EQUAL 0)
    set(sentence "NOT ON CIFAR-10: CIFAR-10 is not in data/cifar-10-batches-bin[^*]*--download")
    expect("it is said first" output MATCHES "^[*]+\n${sentence}[^*]*\n[*]+\nData: Images drawn by norma")
    expect("it is said last" output MATCHES "The report: [^\n]*\n[*]+\n${sentence}[^*]*\n[*]+\n$")
    file(READ "${report}/index.html" page)
    expect("it is said at the page's head" page MATCHES "<header>.*NOT ON CIFAR-10.*</header>")
    file(READ "${report}/table.txt" table)
    expect("it is said in the table" table MATCHES "NOT ON CIFAR-10")
    compare(--dataset synthetic --train-images 64 --holdout 64 --epochs 1 --norms group)
    expect("status 0" status EQUAL 0)
    expect("nothing of it where drawn images were asked for" NOT output MATCHES "NOT ON CIFAR-10")
endfunction()

# A second run in a folder of the first is refused, and the first continues; the folder of a killed run is free.
function(two_runs)
    set(few --dataset synthetic --train-images 64 --holdout 64 --norms group)
    file(WRITE "${WORK}/two.sh" [=[
compare=$1
shift
mkfifo lines
"$compare" "$@" --epochs 1000000 --output first --checkpoint kept >lines &
program=$!
exec 3<lines
while read -r line <&3; do
    case $line in *"epoch "*" 1/"*) break ;; esac
done
cat <&3 >/dev/null &
reader=$!
exec 3<&-
echo "process $program"
"$compare" "$@" --epochs 1 --output first
echo "status $?"
"$compare" "$@" --epochs 1 --output second --checkpoint kept
echo "status $?"
kill -0 "$program" && echo "the first continues"
kill -KILL "$program"
wait "$program"
wait "$reader"  # or it would take some of the next program's lines
"$compare" "$@" --output first --checkpoint kept --resume --epochs 1000000 >lines &
program=$!
exec 3<lines
while read -r line <&3; do
    case $line in *"resumed at"*) break ;; esac
done
cat <&3 >/dev/null &
exec 3<&-
kill -INT "$program"
wait "$program"
echo "third $?"
ls first kept
]=])
    execute_process(COMMAND sh "${WORK}/two.sh" "${COMPARE}" ${few} WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    string(REGEX MATCH "process ([0-9]+)" found "${output}")
    set(process "${CMAKE_MATCH_1}")
    expect("the second is refused for the report's folder" errors
        MATCHES "compare: --output: first: is in use by process ${process},[^\n]*another folder\n")
    expect("the second is refused for the checkpoints' folder" errors
        MATCHES "compare: --checkpoint: kept: is in use by process ${process},[^\n]*another folder\n")
    expect("both with status 1" output MATCHES "status 1\n(.*\n)?status 1\n")
    expect("the first is not disturbed" output MATCHES "the first continues")
    expect("the folder of a run that was killed is free" output MATCHES "third 130\n")
    expect("no lock is left" NOT output MATCHES "norma.lock")
endfunction()

set(indices 0 1)
# On a full disk (no file may grow beyond 100 kB) the run continues, its data are there, and missing files are named.
function(full_disk)
    set(norms group none)
    file(WRITE "${WORK}/full.sh" "ulimit -f 200\n\"$@\"\n")
    execute_process(COMMAND sh "${WORK}/full.sh" "${COMPARE}" --dataset synthetic --train-images 128 --holdout 64
        --epochs 2 --norms group,none --checkpoint kept --output "${report}" WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    expect("status 1" status EQUAL 1)
    string(REPLACE ";" "," errors "${errors}")  # which separates a list's parts
    expect("both networks in the table" output MATCHES "Group .2.[^\n]*\nNone")
    foreach(i norm IN ZIP_LISTS indices norms)
        result(found networks ${i} epochs 1 epoch)
        expect("every epoch of ${norm}" found EQUAL 1)
        string(REGEX MATCHALL "compare: kept/${norm}.safetensors: cannot be written: [^\n]*File too large[^\n]*training continues\n"
            told "${errors}")
        list(LENGTH told count)
        expect("the checkpoint of ${norm} is missed at once, and once, not ${count} times" count EQUAL 1)
        expect("no broken checkpoint" NOT EXISTS "${WORK}/kept/${norm}.safetensors")
        expect("the weights are named at the end" errors
            MATCHES "\ncompare: kept/group[^\n]*, these could not be written either: [^\n]*weights_${norm}.safetensors")
    endforeach()
    expect("the page, too" errors MATCHES "these could not be written either: [^\n]*index.html\n$")
    expect("the table" EXISTS "${report}/table.txt")
    file(GLOB left "${report}/*.tmp" "${WORK}/kept/*")
    list(LENGTH left count)
    expect("nothing is left over, not '${left}'" count EQUAL 0)
endfunction()

# A name that is not UTF-8 does no harm to the report.
function(strange_names)
    file(WRITE "${WORK}/strange.sh" [=[
out=$(printf 'r\377\033[2J')
"$@" --output "$out"
status=$?
for file in index.html results.json table.txt; do
    iconv -f UTF-8 -t UTF-8 "$out/$file" >/dev/null || echo "$file is not UTF-8"
done
exit $status
]=])
    execute_process(COMMAND sh "${WORK}/strange.sh" "${COMPARE}" --dataset synthetic --train-images 64 --holdout 64
        --epochs 1 --norms group WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    expect("status 0" status EQUAL 0)
    expect("the place of the report, harmless to a terminal" output MATCHES "The report: [^\n]*/r.xff.x1b.2J/index.html")
    expect("all is UTF-8" NOT output MATCHES "is not UTF-8")
endfunction()

# run.sh SIGNAL PROGRAM...: sends the program the signal after it has printed its first epoch.
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

    # Where nobody reads what it prints any more, it ends in the same way.
    file(WRITE "${WORK}/unread.sh" "(\"$@\"; echo $? >status) | head -n 3\n")
    execute_process(COMMAND sh "${WORK}/unread.sh" "${COMPARE}" --dataset synthetic --train-images 128 --holdout 64
        --epochs 1000000 --norms group --output unread WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    file(READ "${WORK}/status" status)
    expect("status 141" status EQUAL 141)
    expect("why" errors MATCHES "^compare: standard output: not everything could be written: Broken pipe[^\n]*\n$")
    expect("a page" EXISTS "${WORK}/unread/index.html")
endfunction()

# Killed after its first epoch and resumed, a run has the same results as one that was not stopped.
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
    file(SHA256 "${WORK}/kept/batch.safetensors" kept)
    file(SHA256 "${report}/results.json" reported)
    compare(${options} --checkpoint "${WORK}/kept")
    expect("status 2" status EQUAL 2)
    expect("what is in the way, and what to do" errors
        MATCHES "^compare: --checkpoint: ${WORK}/kept/batch.safetensors is from an earlier run[^\n]*--resume[^\n]*another folder, or delete it\n$")
    expect("no training" NOT output MATCHES "batch: ")
    file(SHA256 "${WORK}/kept/batch.safetensors" still)
    expect("the checkpoint is as it was" still STREQUAL kept)
    file(SHA256 "${report}/results.json" still)
    expect("the report is as it was" still STREQUAL reported)
    set(leftovers "${WORK}/kept/batch.safetensors.1-0.tmp" "${WORK}/kept/group.safetensors.4711-12.tmp")
    set(others "${WORK}/kept/layer.safetensors.1-0.tmp" "${WORK}/kept/batch.safetensors.bak" "${WORK}/kept/batch.tmp")
    file(TOUCH ${leftovers} ${others})
    compare(${options} --checkpoint "${WORK}/kept" --resume)
    expect("status 0" status EQUAL 0)
    foreach(file IN LISTS leftovers)
        expect("${file}, of a run that was killed, is removed" NOT EXISTS "${file}")
    endforeach()
    foreach(file IN LISTS others)
        expect("${file}, which is none of this run's, is left" EXISTS "${file}")
    endforeach()
    expect("nothing else" NOT output MATCHES "no checkpoint")
    expect("that it is resumed" output MATCHES "batch  resumed at epoch [234]\n")
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
    expect("status 2" status EQUAL 2)
    expect("what differs" errors MATCHES "^compare: --resume: ${WORK}/kept/batch.safetensors: it was made with another --lr: 0.01 in the checkpoint, 0.02 in this run\n$")
    string(REPLACE "--holdout;64" "--holdout;32" other "${options}")
    compare(${other} --checkpoint "${WORK}/kept" --resume)
    expect("status 2" status EQUAL 2)
    expect("both test sets" errors MATCHES
        "^compare: --resume: ${WORK}/kept/batch.safetensors: it was made with another test set: .the last 64 images of the 256 training images, held out. in the checkpoint, .the last 32 images of the 224 training images, held out. in this run\n$")
    string(REPLACE "--epochs;3" "--epochs;2" fewer "${options}")
    compare(${fewer} --checkpoint "${WORK}/kept" --resume)
    expect("status 2" status EQUAL 2)
    expect("both numbers of epochs" errors MATCHES "^compare: --resume: ${WORK}/kept/batch.safetensors: it is in epoch 3, but this run has 2 epochs. [^\n]*\n$")
    # A checkpoint that a later network will need is looked at before the first one trains.
    file(SHA256 "${WORK}/kept/batch.safetensors" kept)
    file(RENAME "${WORK}/kept/group.safetensors" "${WORK}/group.whole")
    string(REPLACE "--epochs;3" "--epochs;4" more "${options}")
    foreach(kind IN ITEMS broken loop)
        if(kind STREQUAL broken)
            file(WRITE "${WORK}/kept/group.safetensors" "no checkpoint")
        else()
            file(REMOVE "${WORK}/kept/group.safetensors")
            execute_process(COMMAND ln -s group.safetensors "${WORK}/kept/group.safetensors")
        endif()
        compare(${more} --checkpoint "${WORK}/kept" --resume)
        expect("status 1" status EQUAL 1)
        expect("the checkpoint is named" errors MATCHES "^compare: --resume: ${WORK}/kept/group.safetensors: [^\n]*\n$")
        expect("no training" NOT output MATCHES "batch: ")
        file(SHA256 "${WORK}/kept/batch.safetensors" still)
        expect("the other checkpoint is as it was" still STREQUAL kept)
    endforeach()
    file(RENAME "${WORK}/group.whole" "${WORK}/kept/group.safetensors")
    result(found networks 0 epochs 2 test_accuracy)
    expect("the report is as it was" found MATCHES "^[0-9.]+$")
    compare(--dataset synthetic --train-images 64 --holdout 64 --batch 64 --epochs 1 --norms group
        --checkpoint "${WORK}/empty" --resume)
    expect("status 0" status EQUAL 0)
    expect("that there is nothing to go on from" output
        MATCHES "\nThere is no checkpoint of these networks in ${WORK}/empty: training starts from the beginning\n")
endfunction()

# Two seeds in one run: each training is the same as in a run with this seed only, and the spread is that of both.
function(several_seeds)
    set(options --dataset synthetic --train-images 192 --holdout 64 --batch 64 --epochs 2 --norms batch,group)
    compare(${options} --seed 5 --seeds 2 --checkpoint "${WORK}/kept")
    expect("status 0" status EQUAL 0)
    expect("how far it is" output MATCHES "seed 6, 2 of 2\n")
    expect("means in the table" output MATCHES "Batch, recalibrated[^\n]* ± ")
    foreach(name IN ITEMS batch group batch_seed6 group_seed6)
        expect("${name} is kept" EXISTS "${WORK}/kept/${name}.safetensors")
        expect("its weights are there" EXISTS "${report}/weights_${name}.safetensors")
    endforeach()
    file(READ "${report}/results.json" both)
    string(JSON mean GET "${both}" over_seeds 1 test_loss mean)
    string(JSON deviation GET "${both}" over_seeds 1 test_loss standard_deviation)
    expect("a deviation, not '${deviation}'" deviation GREATER 0)
    compare(${options} --seed 6)
    expect("status 0" status EQUAL 0)
    foreach(network IN ITEMS 0 1)
        foreach(figure IN ITEMS train_loss train_accuracy test_loss test_accuracy)
            result(wanted networks ${network} epochs 1 ${figure})
            math(EXPR second "${network} + 2")
            string(JSON found GET "${both}" networks ${second} epochs 1 ${figure})
            expect("${figure} of network ${network} with seed 6 is ${wanted}, not ${found}" found STREQUAL wanted)
        endforeach()
    endforeach()
    compare(${options} --seed 5 --seeds 3 --checkpoint "${WORK}/kept" --resume)  # one seed more
    expect("status 0" status EQUAL 0)
    file(READ "${report}/results.json" three)
    string(JSON found GET "${three}" networks 3 epochs 1 test_loss)
    string(JSON wanted GET "${both}" networks 3 epochs 1 test_loss)
    expect("what was kept is as it was: ${wanted}, not ${found}" found STREQUAL wanted)
    string(JSON found GET "${three}" over_seeds 1 runs)
    expect("three runs, not ${found}" found EQUAL 3)
    compare(--seeds 0)
    expect("status 2" status EQUAL 2)
    expect("the range" errors MATCHES "^compare: --seeds: '0' is not a whole number from 1 to 1000\n$")
endfunction()

# At this rate the loss, or its gradient, overflows. After a network that fails, the next one is still trained.
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

if(NOT CASE MATCHES "^(short_run|refusals|interrupted|resumed|several_seeds|failed_training|learns_real_images|drawn_images|two_runs|full_disk|strange_names|other_program|other_network|other_precision|own_network)$")
    message(FATAL_ERROR "CASE: '${CASE}' is not known")
endif()
cmake_language(CALL ${CASE})
