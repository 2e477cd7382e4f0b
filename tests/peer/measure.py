#!/usr/bin/env python3
"""Step time and peak memory of Tightrope beside masked PyTorch, size by size, in one run: rows for docs/PERFORMANCE.md.

    cargo build --release
    pip install torch
    python3 tests/peer/measure.py --threads 2

The two alternate, so that a busy moment of the machine meets both. Each figure is the least of the rounds' medians.
"""
import argparse, json, os, pathlib, subprocess, sys

HERE = pathlib.Path(__file__).resolve().parent
# Name, width of G, width of D, B_D, B_G, n_critic: the SNGAN of CIFAR-10 at 32 px, the first at the papers' widths.
SIZES = [
    ('large', 256, 128, 8, 16, 2),
    ('middle', 64, 32, 16, 32, 2),
    ('small', 32, 16, 32, 32, 1),
]


def run(command):
    """Seconds per iteration and peak memory in MB of a command that prints one JSON object last."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f'failed with {child.returncode}: {" ".join(map(str, command))}')
    result = json.loads(output[output.index('{'):])
    # Linux counts in KiB, macOS in bytes.
    peak = usage.ru_maxrss / (1024 if sys.platform != 'darwin' else 1024 ** 2)
    return result['seconds_per_iteration']['median'], peak


def ours(o, g, d, batch_d, batch_g, n_critic, density):
    widths = lambda width: ','.join([str(width)] * 4)
    command = [o.program, 'bench', 'iteration', '--preset', 'sngan-cifar10', '--json', '--device', 'cpu',
               '--density-g', density, '--density-d', density, '--batch-d', batch_d, '--batch-g', batch_g,
               '--n-critic', n_critic, '--iterations', o.iters, '--warmup', 1,
               '--set', f'model.sngan.g_channels={widths(g)}', '--set', f'model.sngan.d_channels={widths(d)}',
               '--set', f'gradients={o.gradients}']
    if o.threads: command += ['--threads', o.threads]
    return run([str(part) for part in command])


def peer(o, g, d, batch_d, batch_g, n_critic, density):
    command = [o.python, HERE / 'pytorch_masked_gan.py', '--g-width', g, '--d-width', d, '--batch-d', batch_d,
               '--batch-g', batch_g, '--n-critic', n_critic, '--density-g', density, '--density-d', density,
               '--iters', o.iters, '--warmup', 1]
    if o.threads: command += ['--threads', o.threads]
    return run([str(part) for part in command])


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--program', default=HERE.parents[1] / 'target/release/tightrope', help='the built program')
    a.add_argument('--python', default=sys.executable, help='a Python that has torch')
    a.add_argument('--threads', type=int, default=0, help='CPU threads of both; 0 leaves each its default')
    a.add_argument('--densities', default='0.1,0.5,1', help='densities of both nets')
    a.add_argument('--sizes', default=','.join(size[0] for size in SIZES))
    a.add_argument('--gradients', default='active', choices=['active', 'dense'])
    a.add_argument('--iters', type=int, default=10, help='iterations in one round')
    a.add_argument('--rounds', type=int, default=3)
    o = a.parse_args()
    print('| size | widths G/D | B_D/B_G, n_critic | density | Tightrope, s | PyTorch, s | ratio | Tightrope, MB | PyTorch, MB |')
    print('|---|---|---|---|---|---|---|---|---|')
    for name, *size in SIZES:
        if name not in o.sizes.split(','): continue
        for density in o.densities.split(','):
            rounds = [(ours(o, *size, density), peer(o, *size, density)) for _ in range(o.rounds)]
            (seconds, peak), (their_seconds, their_peak) = [
                (min(r[side][0] for r in rounds), max(r[side][1] for r in rounds)) for side in (0, 1)]
            g, d, batch_d, batch_g, n_critic = size
            print(f'| {name} | {g}/{d} | {batch_d}/{batch_g}, {n_critic} | {density} | {seconds:.3f} | {their_seconds:.3f} '
                  f'| {seconds / their_seconds:.2f} | {peak:.0f} | {their_peak:.0f} |', flush=True)


if __name__ == '__main__':
    main()
