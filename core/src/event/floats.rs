//! Serialises many floats as little-endian bytes, because pictures pass between threads of a
//! browser.

use serde::{Deserializer, Serializer};

pub fn serialize<S: Serializer>(floats: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
    serde_bytes::serialize(bytemuck::cast_slice::<f32, u8>(floats), serializer)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    let bytes: Vec<u8> = serde_bytes::deserialize(deserializer)?;
    if !bytes.len().is_multiple_of(size_of::<f32>()) {
        return Err(serde::de::Error::invalid_length(
            bytes.len(),
            &"whole floats",
        ));
    }
    Ok(bytemuck::pod_collect_to_vec(&bytes))
}
