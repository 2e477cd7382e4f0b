#!/usr/bin/env python3
"""The sparse convolutions of Tightrope beside PyTorch's dense ones, layer by layer, in one run: rows for docs/PERFORMANCE.md.

    cargo build --release
    pip install torch
    python3 tests/peer/measure_kernels.py --threads 2

PyTorch is timed before and after Tightrope and its better figure counts. Ratios are of seconds for the output and both
gradients together; below 1 Tightrope is faster.
"""
import argparse, json, pathlib, statistics, subprocess, sys, time
import torch

PASSES = ['forward', 'input_gradient', 'weight_gradient']
SECONDS = 0.25


def median_seconds(work):
    work()
    seconds = []
    while len(seconds) < 3 or sum(seconds) < SECONDS:
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def theirs(layer):
    """Median seconds of each pass of a dense layer."""
    n, c_in, c_out, side, k = (layer[key] for key in ('batch', 'inputs', 'outputs', 'side', 'kernel'))
    x, dy = torch.randn(n, c_in, side, side), torch.randn(n, c_out, side, side)
    weight, bias = torch.randn(c_out, c_in, k, k), torch.zeros(c_out)
    gradient = lambda wanted: torch.ops.aten.convolution_backward(
        dy, x, weight, [c_out], [1, 1], [k // 2, k // 2], [1, 1], False, [0, 0], 1, wanted)
    return [
        median_seconds(lambda: torch.nn.functional.conv2d(x, weight, bias, padding=k // 2)),
        median_seconds(lambda: gradient([True, False, False])),
        median_seconds(lambda: gradient([False, True, False])),
    ]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--program', default=pathlib.Path(__file__).resolve().parents[2] / 'target/release/tightrope')
    a.add_argument('--threads', type=int, default=0)
    o = a.parse_args()
    if o.threads: torch.set_num_threads(o.threads)
    torch.set_grad_enabled(False)
    command = [str(o.program), 'bench', 'kernels', '--device', 'cpu', '--json']
    if o.threads: command += ['--threads', str(o.threads)]
    # The layers are the program's own; a first run of it tells them.
    layers = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)['kernels']
    layers = list({json.dumps(row['layer']): row['layer'] for row in layers}.values())
    before = [theirs(layer) for layer in layers]
    rows = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)['kernels']
    after = [theirs(layer) for layer in layers]
    print(f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads; milliseconds of output, input gradient, weight gradient')
    print('| layer | weights | output | input gradient | weight gradient | together | ratio to PyTorch |')
    print('|---|---|---|---|---|---|---|')
    line = lambda name, weights, ms, ratio: print(
        f'| {name} | {weights} | ' + ' | '.join(f'{v * 1e3:.2f}' for v in ms) + f' | {sum(ms) * 1e3:.2f} | {ratio} |')
    for layer, *both in zip(layers, before, after):
        name = '{batch}x {inputs}→{outputs} {kernel}x{kernel} {side} px'.format(**layer)
        torchs = [min(pair) for pair in zip(*both)]
        line(name, 'PyTorch, dense', torchs, '1')
        mine = [row for row in rows if row['layer'] == layer]
        for kernel, density in dict.fromkeys((row['kernel'], row['density']) for row in mine):
            ms = [next(row['seconds'] for row in mine if (row['kernel'], row['density'], row['direction']) == (kernel, density, each))
                  for each in PASSES]
            line('', 'dense' if kernel == 'dense' else f'{density:.0%} active', ms, f'{sum(ms) / sum(torchs):.2f}')


if __name__ == '__main__':
    main()
