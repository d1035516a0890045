#!/bin/sh
# Runs fuzz harnesses from their corpora, each for some seconds, one on each processor, and prints what they did.
# Use: tests/fuzz/run.sh BUILD_DIR SECONDS [NAME...]; without names, all harnesses that are built. Fails if there is a
# finding. Inputs that reach new code are kept in BUILD_DIR/corpus/NAME, and used again in the next run. Inputs with
# findings are in BUILD_DIR/found, each harness's output is in BUILD_DIR/log. More options for libFuzzer:
# NORMA_FUZZ_OPTIONS.
set -eu

[ $# -ge 2 ] || { echo "use: $0 BUILD_DIR SECONDS [NAME...]" >&2; exit 2; }
sources=$(cd "$(dirname "$0")" && pwd)
build=$1
seconds=$2
shift 2
programs=$build/tests/fuzz

say() { printf 'fuzz: %s\n' "$*" >&2; }

case $seconds in
    '' | *[!0-9]* | 0*) say "'$seconds' is not a number of seconds, 1 or more"; exit 2 ;;
esac
if [ $# -eq 0 ]; then
    for source in "$sources"/harnesses/*.cpp; do
        name=$(basename "$source" .cpp)
        [ ! -x "$programs/fuzz_$name" ] || set -- "$@" "$name"
    done
fi
[ $# -gt 0 ] || { say "no harness is built in $build"; exit 2; }
for name in "$@"; do
    [ -x "$programs/fuzz_$name" ] || { say "there is no harness '$name' in $programs"; exit 2; }
done

at_once=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || at_once=1
rounds=$((($# + at_once - 1) / at_once))
say "$# harnesses, $seconds s each, $at_once at once: about $((rounds * seconds)) s"

running=
stop() {
    # shellcheck disable=SC2086  # a list of process ids
    [ -z "$running" ] || kill $running 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

log_of() { echo "$build/log/$1.txt"; }

# start NAME: runs a harness until it ends; called in the background.
start() {
    mkdir -p "$build/corpus/$1" "$build/made/$1" "$build/found" "$build/log"
    rm -f "$build/log/$1.failed"
    if ! "$programs/fuzz_$1" --write-seeds="$build/made/$1" >"$(log_of "$1")" 2>&1; then
        : >"$build/log/$1.failed"
        return
    fi
    words=
    [ ! -e "$sources/dictionaries/$1.dict" ] || words=-dict=$sources/dictionaries/$1.dict
    # shellcheck disable=SC2086  # a list of options
    "$programs/fuzz_$1" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$build/found/$1-" \
        ${words:+"$words"} ${NORMA_FUZZ_OPTIONS:-} "$build/corpus/$1" "$build/made/$1" "$sources/corpus/$1" \
        >"$(log_of "$1")" 2>&1 &
    program=$!
    trap 'kill $program 2>/dev/null' TERM  # from stop
    wait $program || : >"$build/log/$1.failed"
}

# executions NAME: prints the number of executions so far. libFuzzer's lines begin with "#" and this number.
executions() { sed -n 's/^#\([0-9][0-9]*\)[^0-9].*/\1/p' "$(log_of "$1")" 2>/dev/null | tail -n 1; }

# watch NAMES: prints the progress until all running harnesses have ended.
watch() {
    passed=0
    alive=$running
    while [ -n "$alive" ]; do
        sleep 1
        passed=$((passed + 1))
        alive=
        for process in $running; do
            if kill -0 "$process" 2>/dev/null; then alive="$alive $process"; fi
        done
        left=$((seconds - passed))
        [ "$left" -ge 0 ] || left=0
        line=
        for name in $1; do line="$line $name $(executions "$name"),"; done
        line="executions:$line about $((left + (rounds - 1) * seconds)) s left"
        if [ -t 2 ]; then
            printf '\rfuzz: %s\033[K' "$line" >&2
        elif [ $((passed % 10)) = 0 ]; then
            say "$line"
        fi
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
    # shellcheck disable=SC2086  # a list of process ids
    wait $running || true
    running=
    rounds=$((rounds - 1))
}

now=
count=0
for name in "$@"; do
    start "$name" &
    running="$running $!"
    now="$now $name"
    count=$((count + 1))
    if [ $((count % at_once)) = 0 ] || [ "$count" = $# ]; then
        watch "$now"
        now=
    fi
done

# statistic NAME WHICH: prints a number from libFuzzer's last lines; 0 if it did not print them.
statistic() {
    value=$(sed -n "s/^stat::$2: *//p" "$(log_of "$1")")
    echo "${value:-0}"
}

found=0
printf '%-16s %12s %12s %12s  %s\n' harness executions 'per second' 'memory, MB' found
for name in "$@"; do
    what=nothing
    if [ -e "$build/log/$name.failed" ] || [ "$(statistic "$name" number_of_executed_units)" = 0 ]; then
        found=1
        what=$(sed -n 's/.*Test unit written to //p' "$(log_of "$name")" | tail -n 1)
        [ -n "$what" ] || what="it failed: see $(log_of "$name")"
    fi
    printf '%-16s %12s %12s %12s  %s\n' "$name" "$(statistic "$name" number_of_executed_units)" \
        "$(statistic "$name" average_exec_per_sec)" "$(statistic "$name" peak_rss_mb)" "$what"
done
if [ "$found" != 0 ]; then
    say "there are findings: run $programs/fuzz_NAME with the name of the file, and read $build/log/NAME.txt"
    exit 1
fi
