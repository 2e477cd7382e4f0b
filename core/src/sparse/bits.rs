//! Masks packed for storage: eight weights per byte.

use base64::{DecodeError, Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// A layer's mask, eight weights per byte, the first in the lowest bit; base64 in text formats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bits(Vec<u8>);

impl Bits {
    /// Packs a mask that has 0 where a weight is inactive.
    pub fn pack(mask: &[f32]) -> Self {
        let byte = |eight: &[f32]| {
            let bits = eight.iter().rev();
            bits.fold(0, |byte, &m| byte << 1 | u8::from(m != 0.0))
        };
        Self(mask.chunks(8).map(byte).collect())
    }

    /// Whether a weight is active; false beyond the last one.
    pub fn get(&self, at: usize) -> bool {
        let byte = self.0.get(at / 8);
        byte.is_some_and(|byte| byte >> (at % 8) & 1 == 1)
    }
}

impl TryFrom<String> for Bits {
    type Error = DecodeError;

    fn try_from(text: String) -> Result<Self, DecodeError> {
        STANDARD.decode(text).map(Self)
    }
}

impl From<Bits> for String {
    fn from(bits: Bits) -> Self {
        STANDARD.encode(bits.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_comes_back() {
        for count in [0, 1, 7, 8, 9, 64, 65] {
            let mask: Vec<f32> = (0..count).map(|at| f32::from(at % 3 == 0)).collect();
            let text = serde_json::to_string(&Bits::pack(&mask)).unwrap();
            let bits: Bits = serde_json::from_str(&text).unwrap();
            for (at, &m) in mask.iter().enumerate() {
                assert_eq!(bits.get(at), m != 0.0, "{at} of {count}");
            }
            assert!(!bits.get(count as usize + 8));
        }
    }

    #[test]
    fn the_text_is_what_other_tools_expect() {
        // numpy.packbits([1, 0, 0, 0, 0, 0, 0, 1, 1], bitorder="little") is [129, 1].
        let bits = Bits::pack(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
        assert_eq!(String::from(bits), "gQE=");
        assert!(serde_json::from_str::<Bits>("\"?\"").is_err());
    }
}
