"""Inception-v3 on images of 32 pixels: `tightrope stats` against pytorch-fid's network, on the same cores, by turns.

    pip install torch torchvision numpy scipy pytorch-fid torch-fidelity prdc safetensors
    python3 tests/peer/measure_inception.py --threads 2 --images 400
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def clock(who):
    used = resource.getrusage(who)
    return time.monotonic(), used.ru_utime + used.ru_stime


def ours(program, weights, images, folder, threads):
    """Seconds and processor seconds of the program, on images of its own; the cache is empty each time."""
    line = [program, "stats", "--data", "shapes", "--side", "32", "--count", str(images), "--network", f"inception:{weights}",
            "--out", f"{folder}/x.npz", "--device", "cpu", "--quiet"]
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"RAYON_NUM_THREADS": str(threads), "XDG_CACHE_HOME": cache}
        wall, cpu = clock(resource.RUSAGE_CHILDREN)
        subprocess.run(line, check=True, env=environment, stdout=subprocess.DEVNULL)
        wall_end, cpu_end = clock(resource.RUSAGE_CHILDREN)
    return wall_end - wall, cpu_end - cpu


def theirs(network, images):
    import torch

    x = torch.rand(images, 3, 32, 32)
    wall, cpu = clock(resource.RUSAGE_SELF)
    with torch.no_grad():
        for batch in x.split(50):
            network(batch)
    wall_end, cpu_end = clock(resource.RUSAGE_SELF)
    return wall_end - wall, cpu_end - cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default=str(ROOT / "target/release/tightrope"))
    args = parser.parse_args()

    sys.path.insert(0, str(ROOT / "tests/fixtures/evaluation"))
    import torch
    from make import fid_network

    torch.set_num_threads(args.threads)
    network, state = fid_network()
    with tempfile.TemporaryDirectory() as folder:
        torch.save(state, f"{folder}/weights.pth")
        # What the program does besides, reading weights above all, is taken off by a run on few images.
        base = ours(args.program, f"{folder}/weights.pth", 64, folder, args.threads)
        for _ in range(args.rounds):
            mine = ours(args.program, f"{folder}/weights.pth", 64 + args.images, folder, args.threads)
            torchs = theirs(network, args.images)
            for name, at in [("seconds", 0), ("processor seconds", 1)]:
                a, b = (mine[at] - base[at]) / args.images, torchs[at] / args.images
                print(f"{name} an image: tightrope {a:.4f}, pytorch {b:.4f}, ratio {a / b:.2f}")


if __name__ == "__main__":
    main()
