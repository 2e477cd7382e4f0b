# What the scripts that make tables share. Sourced, not run.

refuse() {
    echo "$1" >&2
    exit 2
}

say() {
    printf '\n== %s\n' "$1"
}

# KIND:PATH with an absolute path, whether KIND was given or not.
source_of() {
    local path=${2#"$1":}
    [[ -e $path ]] || refuse "$path: there is no such file or folder"
    echo "$1:$(realpath "$path")"
}

tightrope() {
    cargo run --release --quiet -- "$@"
}

has_ended() {
    [[ -e $1/summary.json ]] && ! grep -q '"reason": *"stopped"' "$1/summary.json"
}

# A run that fails by itself is a result, and told in the table; an interruption or wrong input ends all of it.
go_on_after_failures() {
    local status=0
    "$@" || status=$?
    [[ $status -le 1 ]] || exit "$status"
}

# Trains one run into a folder of its own: `run_in FOLDER ARGUMENTS-OF-TRAIN`. One that has ended stays as it is, and
# one that was cut off goes on from its last checkpoint.
run_in() {
    local folder=$1 config
    shift
    for config in "$folder"/[0-9]*/config.json; do
        [[ -e $config ]] || break
        config=$(dirname "$config")
        has_ended "$config" || go_on_after_failures target/release/tightrope train --resume "$config" --device cpu --quiet
        return
    done
    go_on_after_failures target/release/tightrope train --out "$folder" --device cpu --quiet "$@"
}

# Runs `run_in` with each line of standard input as its arguments, between tabs; as many at a time as there are cores,
# each on a thread of its own. The number of threads changes no result.
run_all() {
    local arguments
    export RAYON_NUM_THREADS=1
    while IFS=$'\t' read -ra arguments; do
        while (($(jobs -rp | wc -l) >= ${JOBS:-$(nproc)})); do
            wait -n || exit $?
        done
        run_in "${arguments[@]}" </dev/null &
    done
    while (($(jobs -rp | wc -l))); do
        wait -n || exit $?
    done
}
