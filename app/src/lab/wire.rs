//! Requests and replies as bytes, for a lab that shares no memory with its front end.

use serde::{Serialize, de::DeserializeOwned};

/// As bytes.
///
/// # Errors
/// When it cannot be written so; why, in words.
pub fn pack(words: &impl Serialize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    ciborium::into_writer(words, &mut bytes).map_err(|why| why.to_string())?;
    Ok(bytes)
}

/// From bytes.
///
/// # Errors
/// When they are something else; what, in words.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    ciborium::from_reader(bytes).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests;
