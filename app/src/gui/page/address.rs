//! What the page's address asks for: `?device=cpu`.

use tightrope_core::device::DeviceChoice;

/// The device to train on, if the address names one.
///
/// # Errors
/// When it is none.
pub fn device() -> Result<Option<DeviceChoice>, String> {
    let location = web_sys::window().map(|window| window.location());
    let asked = location.and_then(|location| location.search().ok());
    find(&asked.unwrap_or_default(), "device")
        .map(|device| device.parse())
        .transpose()
        .map_err(|why| format!("this page's address ends in device=...: {why}"))
}

/// The value of a key in a query such as `?a=1&b=2`.
fn find<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    let pairs = query.trim_start_matches('?').split('&');
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
}
