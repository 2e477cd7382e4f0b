// A line is an output row or an input channel of a layer's weight [out, in, taps]; its entries are
// walked in the index's order.
struct IndexParams {
    offset: u32, // of the layer in the mask
    lines: u32,
    entries: u32, // of a line
    run: u32, // entries that are neighbours in the weight
    jump: u32, // from one run to the next
    step: u32, // from one line to the next
}

fn place(line: u32, entry: u32) -> u32 {
    return (entry / params.run) * params.jump + line * params.step + entry % params.run;
}

fn is_active(position: u32) -> bool {
    return mask[params.offset + position] != 0.0;
}
