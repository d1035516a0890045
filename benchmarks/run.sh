#!/bin/sh
# Runs the benchmark programs of a build one after another, then writes the report.
# Use: benchmarks/run.sh BUILD_DIR OUT_DIR [NAME...]. Results: OUT_DIR/<name>.json. Without names, all programs are run;
# the results of programs that are not run stay unchanged. The name peers stands for the programs that compare the
# suite's networks with PyTorch, one for each network; with _fp32 after its name such a program is without norma in bf16.
# Options for the programs: NORMA_BENCH_OPTIONS.
set -eu

[ $# -ge 2 ] || { echo "use: $0 BUILD_DIR OUT_DIR [NAME...]" >&2; exit 2; }
programs=$1/benchmarks
results=$2
shift 2
[ $# -gt 0 ] || set -- peak kernels depthwise norms step step_x86-64-v3 step_x86-64 peers compile_time
failed=

say() { printf 'bench: %s\n' "$*" >&2; }

# run NAME OPTION...: runs one program; if it fails, there is no result.
run() {
    name=$1
    shift
    if [ ! -x "$programs/bench_$name" ]; then
        say "bench_$name is not built; left out"
        return 0
    fi
    say "bench_$name is running ($(date +%H:%M:%S))"
    result=$results/${name%_fp32}.json
    rm -f "$result"
    # shellcheck disable=SC2086  # a list of options
    if ! "$programs/bench_$name" "$@" --benchmark_display_aggregates_only=true \
        --benchmark_out="$result.part" --benchmark_out_format=json ${NORMA_BENCH_OPTIONS:-}; then
        say "bench_$name failed; there is no $result"
        rm -f "$result.part"
        failed="$failed $name"
        return 0
    fi
    mv "$result.part" "$result"
}

# in_turn NAME REPETITIONS [OPTION...]: runs all benchmarks of a program in random order, so that a slow moment of the
# machine does not change one of them only.
in_turn() {
    name=$1
    repetitions=$2
    shift 2
    run "$name" --benchmark_repetitions="$repetitions" --benchmark_enable_random_interleaving=true "$@"
}

# measure NAME: runs one program with its usual options; fails if the suite has no such program.
measure() {
    case $1 in
        peak | step) $call in_turn "$1" 7 ;;
        peers)
            for each in $(tr ';' ' ' <"$programs/suite_peers"); do measure "$each"; done
            ;;
        peers_*) $call run "$1" ;;  # runs in turn by itself
        kernels | depthwise | norms | step_x86-64-v3 | step_x86-64) $call in_turn "$1" 5 ;;
        compile_time | training) $call run "$1" ;;
        *) return 1 ;;
    esac
}

call=:  # first only checks that all names are known
for name in "$@"; do
    measure "$name" || { say "the suite has no program '$name'"; exit 2; }
done
call=
table=--peers  # printed in the end, if nothing else was measured
mkdir -p "$results"
for program in "$@"; do
    case $program in peers*) ;; *) table= ;; esac
    measure "$program"
done

report=$programs/report/bench_report
if [ -x "$report" ]; then
    # shellcheck disable=SC2086  # an option or none
    "$report" $table "$results" || failed="$failed report"
else
    say "bench_report is not built; the results are in $results"
fi
[ -z "$failed" ] || { say "failed:$failed"; exit 1; }
