// Feature maps [images, channels, area].
struct ChannelParams {
    images: u32,
    channels: u32,
    area: u32,
    epsilon: f32, // added to the variance
    slope: f32, // of the leaky ReLU
}

