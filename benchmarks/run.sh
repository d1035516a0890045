#!/bin/sh
# Runs the benchmark programs of a build one after another, and the report on what they measured.
# Use: benchmarks/run.sh BUILD_DIR OUT_DIR [NAME...]; results: OUT_DIR/<name>.json. Without names all programs are run;
# results of those that are not stay as they are. Options for the programs: NORMA_BENCH_OPTIONS.
set -eu

[ $# -ge 2 ] || { echo "use: $0 BUILD_DIR OUT_DIR [NAME...]" >&2; exit 2; }
programs=$1/benchmarks
results=$2
shift 2
all='peak kernels norms step step_x86-64-v3 step_x86-64 peers compile_time'
wanted=" ${*:-$all} "
for name in $wanted; do
    case " $all " in *" $name "*) ;; *) echo "$0: '$name' is none of: $all" >&2; exit 2 ;; esac
done
failed=

say() { printf 'bench: %s\n' "$*" >&2; }

# run NAME OPTION...: one program; what fails leaves no result behind.
run() {
    name=$1
    shift
    case $wanted in *" $name "*) ;; *) return 0 ;; esac
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

mkdir -p "$results"
in_turn peak 7
in_turn kernels 5
in_turn norms 5
in_turn step 7
in_turn step_x86-64-v3 5
in_turn step_x86-64 5
in_turn peers 7
run compile_time

report=$programs/report/bench_report
if [ -x "$report" ]; then
    "$report" "$results" || failed="$failed report"
else
    say "bench_report is not built; the results are in $results"
fi
[ -z "$failed" ] || { say "failed:$failed"; exit 1; }
