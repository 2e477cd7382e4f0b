//! What a page's address asks for: `?story=3`, `?embed=1`, `?device=cpu`.

use tightrope_core::device::DeviceChoice;

use super::story::{self, Story};

/// What a page's address asks for.
#[derive(Debug, Default)]
pub struct Address {
    /// The device to train on.
    pub device: Option<DeviceChoice>,
    /// The story to begin with.
    pub story: Option<&'static Story>,
    /// Whether the page stands within another: samples and timelines only, and nothing is remembered.
    pub embed: bool,
}

impl Address {
    /// Reads a query such as `?story=3&embed=1`.
    ///
    /// # Errors
    /// When it asks for anything that there is not.
    pub fn parse(query: &str) -> Result<Self, String> {
        let mut address = Self::default();
        let parts = query.trim_start_matches('?').split('&');
        for part in parts.filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let wrong = |why: String| format!("this page's address has {key}={value}: {why}");
            match key {
                "device" => address.device = Some(value.parse().map_err(wrong)?),
                "story" => address.story = Some(story::find(value).map_err(wrong)?),
                "embed" => match value {
                    "1" => address.embed = true,
                    "0" => address.embed = false,
                    _ => return Err(wrong("choose 1 or 0".to_owned())),
                },
                _ => return Err(wrong("it can have story, embed and device".to_owned())),
            }
        }
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_a_lesson() {
        let address = Address::parse("?story=2&embed=1&device=cpu").unwrap();
        assert_eq!(address.story.map(|story| story.name), Some("strong"));
        assert!(address.embed);
        assert_eq!(address.device, Some(DeviceChoice::Cpu));
        let nothing = Address::parse("").unwrap();
        assert!(nothing.story.is_none() && !nothing.embed && nothing.device.is_none());
    }

    #[test]
    fn what_there_is_not_is_refused() {
        for (query, why) in [
            ("?story=6", "story=6: choose 1 to 5 or"),
            ("?story", "story=: choose"),
            ("?embed=yes", "embed=yes: choose 1 or 0"),
            ("?device=toaster", "device=toaster: 'toaster' is no device"),
            ("?<script>=1", "it can have story, embed and device"),
        ] {
            let said = Address::parse(query).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
