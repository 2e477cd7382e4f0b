struct TopkRange {
    start: u32, // positions of a group
    end: u32,
    first_chunk: u32,
}

struct TopkParams {
    groups: u32,
    chunks: u32,
    candidates: u32, // 0: active positions compete, 1: inactive ones
    shift: u32, // of the digit looked at
    known: u32, // bits of the digits above
    ranges: array<TopkRange>, // of each group
}

