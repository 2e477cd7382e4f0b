// A line is an output row or an input channel of a layer's weight [out, in, taps]; its entries are
// walked in the index's order. params: offset of the layer in the mask, lines, entries of a line,
// then the three numbers that place an entry: run, jump, step.
fn place(line: u32, entry: u32) -> u32 {
    return (entry / params[3]) * params[4] + line * params[5] + entry % params[3];
}

fn is_active(position: u32) -> bool {
    return mask[params[0] + position] != 0.0;
}
