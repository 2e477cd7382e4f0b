//! Samples through time as one moving picture: GIF, which every viewer shows (feature `gif`), or
//! APNG, which keeps every colour.

use std::{io::Write, iter};

use image::RgbImage;

use crate::{
    error::{Error, Result},
    progress::Progress,
};

/// Display time of a frame, hundredths of a second.
const DELAY: u16 = 12;
/// Display time of the last frame before the loop restarts, hundredths of a second.
const LAST_DELAY: u16 = 150;
/// Quantiser's speed, 1 (best) to 30.
#[cfg(feature = "gif")]
const GIF_SPEED: i32 = 10;

/// A format of moving pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moving {
    /// 256 colours per frame.
    #[cfg(feature = "gif")]
    Gif,
    /// All colours.
    Apng,
}

/// Encodes `count` frames of one size as one file that repeats endlessly.
///
/// # Errors
/// When no frame is given, frames differ in size, one cannot be made, or `progress` cancels.
pub fn animate(
    kind: Moving,
    count: usize,
    mut frames: impl Iterator<Item = Result<RgbImage>>,
    progress: &dyn Progress,
) -> Result<Vec<u8>> {
    let Some(first) = frames.next().transpose()? else {
        return Err(Error::Record(
            "there are no samples yet to animate; train a little first".into(),
        ));
    };
    let (width, height) = first.dimensions();
    let mut bytes = Vec::new();
    let mut film = match kind {
        #[cfg(feature = "gif")]
        Moving::Gif => Film::gif(&mut bytes, width, height)?,
        Moving::Apng => Film::apng(&mut bytes, width, height, count)?,
    };
    for (index, frame) in iter::once(Ok(first)).chain(frames).enumerate() {
        let frame = frame?;
        if frame.dimensions() != (width, height) {
            let (w, h) = frame.dimensions();
            return Err(Error::Record(format!(
                "samples of {width}x{height} and of {w}x{h} pixels do not make one animation"
            )));
        }
        let is_last = index + 1 == count;
        film.add(frame, if is_last { LAST_DELAY } else { DELAY })?;
        progress.at(index + 1, count)?;
    }
    film.finish()?;
    Ok(bytes)
}

/// A file being written.
enum Film<W: Write> {
    #[cfg(feature = "gif")]
    Gif(Box<gif::Encoder<W>>),
    Apng(Box<png::Writer<W>>),
}

impl<W: Write> Film<W> {
    #[cfg(feature = "gif")]
    fn gif(file: W, width: u32, height: u32) -> Result<Self> {
        let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
            return Err(failed("a GIF is at most 65535 pixels wide and high"));
        };
        let mut encoder = gif::Encoder::new(file, width, height, &[]).map_err(failed)?;
        encoder.set_repeat(gif::Repeat::Infinite).map_err(failed)?;
        Ok(Self::Gif(Box::new(encoder)))
    }

    fn apng(file: W, width: u32, height: u32, count: usize) -> Result<Self> {
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let count = u32::try_from(count).map_err(failed)?;
        encoder.set_animated(count, 0).map_err(failed)?;
        Ok(Self::Apng(Box::new(
            encoder.write_header().map_err(failed)?,
        )))
    }

    /// Adds a frame that stays for `delay` hundredths of a second.
    fn add(&mut self, frame: RgbImage, delay: u16) -> Result<()> {
        match self {
            #[cfg(feature = "gif")]
            Self::Gif(encoder) => {
                let (width, height) = frame.dimensions();
                let mut quantised = gif::Frame::from_rgb_speed(
                    width as u16,
                    height as u16,
                    frame.as_raw(),
                    GIF_SPEED,
                );
                quantised.delay = delay;
                encoder.write_frame(&quantised).map_err(failed)
            }
            Self::Apng(writer) => {
                writer.set_frame_delay(delay, 100).map_err(failed)?;
                writer.write_image_data(frame.as_raw()).map_err(failed)
            }
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            // The encoder writes its trailer when it is dropped.
            #[cfg(feature = "gif")]
            Self::Gif(_) => Ok(()),
            Self::Apng(writer) => writer.finish().map_err(failed),
        }
    }
}

fn failed(why: impl std::fmt::Display) -> Error {
    Error::Record(format!("the animation could not be encoded: {why}"))
}

#[cfg(all(test, feature = "gif"))]
mod tests {
    use gif::Repeat;
    use image::Rgb;

    use super::*;

    /// Three frames, each of one colour.
    fn frames() -> Vec<RgbImage> {
        let colour = |i: u8| RgbImage::from_pixel(5, 4, Rgb([80 * i, 10, 200 - 80 * i]));
        (0..3).map(colour).collect()
    }

    fn animated(kind: Moving) -> Vec<u8> {
        let frames = frames();
        animate(kind, 3, frames.into_iter().map(Ok), &()).unwrap()
    }

    #[test]
    fn a_gif_has_every_frame_and_repeats() {
        let bytes = animated(Moving::Gif);
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(&bytes[..]).unwrap();
        assert_eq!((decoder.width(), decoder.height()), (5, 4));
        let mut seen = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            seen.push((frame.delay, frame.buffer[..3].to_vec()));
        }
        assert_eq!(decoder.repeat(), Repeat::Infinite);
        let expected: Vec<(u16, Vec<u8>)> = [DELAY, DELAY, LAST_DELAY]
            .into_iter()
            .zip(frames().iter().map(|f| f.get_pixel(0, 0).0.to_vec()))
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn an_apng_has_every_frame_in_its_own_colours() {
        let bytes = animated(Moving::Apng);
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes))
            .read_info()
            .unwrap();
        let control = *reader.info().animation_control().unwrap();
        assert_eq!((control.num_frames, control.num_plays), (3, 0));
        for frame in frames() {
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
            assert_eq!(&pixels, frame.as_raw());
        }
    }

    #[test]
    fn what_makes_no_film_is_said() {
        let none = animate(Moving::Gif, 0, iter::empty(), &()).unwrap_err();
        assert!(none.to_string().contains("no samples yet"));
        let mut mixed = frames();
        mixed[1] = RgbImage::new(9, 9);
        let error = animate(Moving::Apng, 3, mixed.into_iter().map(Ok), &()).unwrap_err();
        assert!(error.to_string().contains("9x9"), "{error}");
    }

    struct Off;

    impl Progress for Off {
        fn at(&self, _: usize, _: usize) -> Result<()> {
            Err(Error::Cancelled)
        }
    }

    #[test]
    fn it_can_be_called_off() {
        let error = animate(Moving::Gif, 3, frames().into_iter().map(Ok), &Off).unwrap_err();
        assert!(matches!(error, Error::Cancelled));
    }
}
