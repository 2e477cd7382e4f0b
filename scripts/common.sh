# What the scripts that make tables share. Sourced, not run.
#
# A variant is METHOD[:STRATEGY], with settings behind it: adapt-relax,balance.br_low=0.3,balance.br_high=0.7. Its run with
# a seed lies in $out/PRESET/VARIANT-sSEED (with - for :), whichever script asked for it: scripts that compare the same runs
# train them once.
#
# Of the environment: SEEDS, and JOBS, how many runs at a time; as many as there are cores unless given.

root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
out=$root/runs/tables
read -ra seeds <<<"${SEEDS:-42 43 44 45 46}"
# By preset, the data that have to be named.
declare -A data=()

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

# Where the presets on real images find theirs: `real_data FASHION_MNIST CIFAR10`.
real_data() {
    data[fashion16]=$(source_of fashion-mnist "$1")
    data[biggan-fashion16]=${data[fashion16]}
    data[cifar16]=$(source_of cifar10 "$2")
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

# The folder of a run's folder: `folder_of PRESET VARIANT SEED`.
folder_of() {
    echo "$out/$1/${2//:/-}-s$3"
}

# Trains one run into a folder of its own: `run_in PRESET VARIANT SEED`. One that has ended stays as it is, and one that
# was cut off goes on from its last checkpoint.
run_in() {
    local preset=$1 variant=$2 seed=$3 folder config setting arguments settings
    folder=$(folder_of "$@")
    for config in "$folder"/[0-9]*/config.json; do
        [[ -e $config ]] || break
        config=$(dirname "$config")
        has_ended "$config" || go_on_after_failures target/release/tightrope train --resume "$config" --device cpu --quiet
        return
    done
    IFS=, read -ra settings <<<"$variant"
    arguments=(--preset "$preset" --method "${settings[0]}" --seed "$seed")
    for setting in "${settings[@]:1}"; do
        arguments+=(--set "$setting")
    done
    [[ -z ${data[$preset]:-} ]] || arguments+=(--data "${data[$preset]}")
    go_on_after_failures target/release/tightrope train --out "$folder" --device cpu --quiet "${arguments[@]}"
}

# All variants of a preset with all seeds, each run on a thread of its own: `train_all PRESET VARIANT...`. The number of
# threads changes no result.
train_all() {
    local preset=$1 seed variant
    shift
    export RAYON_NUM_THREADS=1
    for seed in "${seeds[@]}"; do
        for variant in "$@"; do
            while (($(jobs -rp | wc -l) >= ${JOBS:-$(nproc)})); do
                wait -n || exit $?
            done
            run_in "$preset" "$variant" "$seed" </dev/null &
        done
    done
    while (($(jobs -rp | wc -l))); do
        wait -n || exit $?
    done
}

# The folders of the runs of a preset: `folders PRESET VARIANT...`.
folders() {
    local preset=$1 seed variant
    shift
    for variant in "$@"; do
        for seed in "${seeds[@]}"; do
            folder_of "$preset" "$variant" "$seed"
        done
    done
}
