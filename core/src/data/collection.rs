//! Encoded images (PNG, JPEG, WebP) from files and archives, decoded in parallel.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{
    Dataset, ImageSet, Request,
    encoded::{Room, decode},
};
use crate::error::Result;

/// Images decoded at once.
const CHUNK: usize = 256;

/// Whether a name looks like a readable image; excludes the files that macOS hides in archives.
pub(super) fn is_image(name: &str) -> bool {
    let hidden = name
        .split('/')
        .any(|part| part.starts_with('.') || part == "__MACOSX");
    let end = name
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase());
    !hidden && matches!(end.as_deref(), Some("png" | "jpg" | "jpeg" | "webp"))
}

/// The folder of an image, as its class: the first part of a nested name.
pub(super) fn folder_class(name: &str) -> Option<&str> {
    name.split_once('/').map(|(folder, _)| folder)
}

struct Encoded {
    /// Path or archive entry, for messages.
    place: String,
    bytes: Vec<u8>,
}

/// Collects encoded images into an [`ImageSet`].
pub(super) struct Collection<'a> {
    request: &'a Request<'a>,
    waiting: Vec<Encoded>,
    /// Bytes of those that wait.
    weight: u64,
    /// Half of the memory; an eighth may wait, encoded, and the rest holds pixels.
    room: Room,
    /// Images expected in total; 0 if unknown.
    expected: usize,
    classes: Vec<Option<String>>,
    pixels: Vec<u8>,
}

impl<'a> Collection<'a> {
    pub(super) fn new(request: &'a Request<'a>) -> Result<Self> {
        request.check_side((8..=512).contains(&request.side), "8 to 512")?;
        Ok(Self {
            request,
            waiting: Vec::new(),
            weight: 0,
            room: Room::new(request.memory / 2),
            expected: 0,
            classes: Vec::new(),
            pixels: Vec::new(),
        })
    }

    /// Announces the number of images, so that too many are refused before hours of decoding.
    pub(super) fn expect(&mut self, count: usize) -> Result<()> {
        self.expected = count;
        self.request.check_memory(count)
    }

    pub(super) fn push(
        &mut self,
        place: String,
        class: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<()> {
        self.weight += bytes.len() as u64;
        self.waiting.push(Encoded { place, bytes });
        self.classes.push(class.map(str::to_owned));
        if self.waiting.len() == CHUNK || self.weight > self.request.memory / 8 {
            self.decode()
        } else {
            Ok(())
        }
    }

    fn decode(&mut self) -> Result<()> {
        let side = self.request.side;
        let decoded: Vec<_> = self
            .waiting
            .par_iter()
            .map(|image| decode(&image.bytes, side, &self.room))
            .collect();
        self.weight = 0;
        for (image, decoded) in self.waiting.drain(..).zip(decoded) {
            match decoded {
                Ok(bytes) => self.pixels.extend(bytes),
                Err(why) => {
                    let why = why.replace('\n', " ");
                    return Err(self.request.error(format!(
                        "{} is not a readable image ({why}); repair or remove it",
                        image.place
                    )));
                }
            }
        }
        self.request.at(self.classes.len(), self.expected)
    }

    pub(super) fn finish(mut self) -> Result<Dataset> {
        self.decode()?;
        if self.classes.is_empty() {
            let path = self.request.path.display();
            return Err(self.request.error(format!(
                "no PNG, JPEG or WebP images in {path}; check the path"
            )));
        }
        let names: BTreeSet<&Option<String>> = self.classes.iter().collect();
        let labelled = !names.contains(&None) && names.len() <= usize::from(u16::MAX);
        let names: Vec<_> = names.into_iter().collect();
        let labels = labelled.then(|| {
            self.classes
                .iter()
                .map(|class| names.partition_point(|name| *name < class) as u16)
                .collect()
        });
        let names: Vec<String> = names.into_iter().flatten().cloned().collect();
        let (name, side) = (self.request.name, self.request.side);
        let images = ImageSet::new(name, 3, side, self.pixels, labels)?;
        Ok(Dataset::Images(images.named(names)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_by_name() {
        assert!(is_image("a/b.JPEG") && is_image("x.webp") && is_image("x.PnG"));
        assert!(!is_image("a.txt") && !is_image("png") && !is_image(".a.png"));
        assert!(!is_image("__MACOSX/a.png") && !is_image("a/.thumbs/b.png"));
    }

    #[test]
    fn the_first_folder_is_the_class() {
        assert_eq!(folder_class("cat/deep/1.png"), Some("cat"));
        assert_eq!(folder_class("1.png"), None);
    }
}
