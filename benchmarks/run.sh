#!/bin/sh
# Runs the benchmark programs of a build one after another, and the report on what they measured.
# Use: benchmarks/run.sh BUILD_DIR OUT_DIR [NAME...]; results: OUT_DIR/<name>.json. Without names all programs are run;
# results of those that are not stay as they are. Options for the programs: NORMA_BENCH_OPTIONS.
set -eu

[ $# -ge 2 ] || { echo "use: $0 BUILD_DIR OUT_DIR [NAME...]" >&2; exit 2; }
programs=$1/benchmarks
results=$2
shift 2
[ $# -gt 0 ] || set -- peak kernels norms step step_x86-64-v3 step_x86-64 peers compile_time
failed=

say() { printf 'bench: %s\n' "$*" >&2; }

# run NAME OPTION...: one program; what fails leaves no result behind.
run() {
    name=$1
    shift
    if [ ! -x "$programs/bench_$name" ]; then
        say "bench_$name is not built; left out"
        return 0
    fi
    say "bench_$name is running ($(date +%H:%M:%S))"
    rm -f "$results/$name.json"
    # shellcheck disable=SC2086  # a list of options
    if ! "$programs/bench_$name" "$@" --benchmark_display_aggregates_only=true \
        --benchmark_out="$results/$name.json.part" --benchmark_out_format=json ${NORMA_BENCH_OPTIONS:-}; then
        say "bench_$name failed; there is no $results/$name.json"
        rm -f "$results/$name.json.part"
        failed="$failed $name"
        return 0
    fi
    mv "$results/$name.json.part" "$results/$name.json"
}

# in_turn NAME REPETITIONS [OPTION...]: all benchmarks of a program in random turn, so that a bad moment of the machine
# hits none of them alone.
in_turn() {
    name=$1
    repetitions=$2
    shift 2
    run "$name" --benchmark_repetitions="$repetitions" --benchmark_enable_random_interleaving=true "$@"
}

# measure NAME: one program as it is to be run; fails where the suite has none of that name.
measure() {
    case $1 in
        peak | step) $call in_turn "$1" 7 ;;
        peers) $call run peers --benchmark_repetitions=7 ;;  # takes turns itself
        kernels | norms | step_x86-64-v3 | step_x86-64) $call in_turn "$1" 5 ;;
        compile_time) $call run "$1" ;;
        *) return 1 ;;
    esac
}

call=:  # first only looks whether all names are known
for name in "$@"; do
    measure "$name" || { say "'$name' is no program of the suite"; exit 2; }
done
call=
mkdir -p "$results"
for program in "$@"; do measure "$program"; done

report=$programs/report/bench_report
if [ -x "$report" ]; then
    "$report" "$results" || failed="$failed report"
else
    say "bench_report is not built; the results are in $results"
fi
[ -z "$failed" ] || { say "failed:$failed"; exit 1; }
