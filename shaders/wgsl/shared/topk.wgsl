// What the passes of an exact top-k share. A workgroup works on one chunk of one group of positions.
const PER_INVOCATION: u32 = 16u;
const CHUNK: u32 = 4096u;

struct Chunk {
    owner: u32,
    first: u32,
    end: u32,
    group_first_chunk: u32,
}

// Past the last chunk: an empty one, so that control flow stays uniform up to the barriers.
fn find_chunk(index: u32) -> Chunk {
    if index >= params.chunks { return Chunk(0u, 0u, 0u, 0u); }
    var owner = params.groups - 1u;
    while owner > 0u && params.ranges[owner].first_chunk > index { owner -= 1u; }
    let range = params.ranges[owner];
    let first = range.start + (index - range.first_chunk) * CHUNK;
    return Chunk(owner, first, min(first + CHUNK, range.end), range.first_chunk);
}

// Magnitudes order like their bits; those of non-candidates are not asked for.
fn key(position: u32) -> u32 {
    return scores[position] & 0x7fffffffu;
}

fn is_candidate(position: u32) -> bool {
    return (mask[position] != 0.0) == (params.candidates == 0u);
}
