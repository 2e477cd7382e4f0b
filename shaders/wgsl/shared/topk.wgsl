// What the passes of an exact top-k share. A workgroup works on one chunk of one group of positions.
// params: groups, chunks, candidates (0 active, 1 inactive), shift, known bits; then of each group
// its start, its end, its first chunk.
const PER_INVOCATION: u32 = 16u;
const CHUNK: u32 = 4096u;
const HEADER: u32 = 5u;

struct Chunk {
    owner: u32,
    first: u32,
    end: u32,
    group_first_chunk: u32,
}

// Past the last chunk: an empty one, so that control flow stays uniform up to the barriers.
fn find_chunk(index: u32) -> Chunk {
    if index >= params[1] { return Chunk(0u, 0u, 0u, 0u); }
    var owner = params[0] - 1u;
    while owner > 0u && params[HEADER + 3u * owner + 2u] > index { owner -= 1u; }
    let at = HEADER + 3u * owner;
    let first = params[at] + (index - params[at + 2u]) * CHUNK;
    return Chunk(owner, first, min(first + CHUNK, params[at + 1u]), params[at + 2u]);
}

// Magnitudes order like their bits; those of non-candidates are not asked for.
fn key(position: u32) -> u32 {
    return scores[position] & 0x7fffffffu;
}

fn is_candidate(position: u32) -> bool {
    return (mask[position] != 0.0) == (params[2] == 0u);
}
