//! Requests and replies as bytes, for a lab that shares no memory with its front end.

use serde::{Serialize, de::DeserializeOwned};

/// Packs requests or replies into bytes.
///
/// # Errors
/// When they cannot be written this way, with the reason in words.
pub fn pack(words: &impl Serialize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    ciborium::into_writer(words, &mut bytes).map_err(|why| why.to_string())?;
    Ok(bytes)
}

/// Unpacks requests or replies from bytes.
///
/// # Errors
/// When the bytes hold something else, with the reason in words.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    ciborium::from_reader(bytes).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests;
