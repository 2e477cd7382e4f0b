//! Refuses archives, in a build without them.

use std::io::Read;

use crate::{
    data::{Dataset, Request},
    error::{Error, Result},
};

/// An opened zip, of which there is none.
pub(in crate::data) enum Zip {}

impl Zip {
    pub(in crate::data) fn open(request: &Request) -> Result<Self> {
        Err(refusal(request))
    }

    pub(in crate::data) fn has(&self, _: impl Fn(&str) -> bool) -> bool {
        match *self {}
    }

    pub(in crate::data) fn collect(
        &mut self,
        _: impl Fn(&str) -> Option<Option<&str>>,
    ) -> Result<Dataset> {
        match *self {}
    }
}

/// The source `zip`.
pub(in crate::data) fn open(request: &Request) -> Result<Dataset> {
    Err(refusal(request))
}

pub(in crate::data) fn each_in_tar(
    request: &Request,
    _: impl FnMut(&str, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    Err(refusal(request))
}

fn refusal(request: &Request) -> Error {
    request.error(format!(
        "{}: this build reads no archives (feature `archives` of tightrope-core); unpack it first",
        request.path.display()
    ))
}
