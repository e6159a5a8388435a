//! The built pages of the desk: `portal/dist` as it was when this program was built. A development build reads the folder
//! whenever it is asked, so that pages can be built after it.

use rust_embed::RustEmbed;
use std::borrow::Cow;
use tacit_desk::portal::Pages;

#[derive(RustEmbed)]
#[folder = "../portal/dist"]
#[allow_missing = true]
struct Built;

/// What `cargo xtask pages` built.
pub(crate) struct BuiltPages;

impl Pages for BuiltPages {
    fn file(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        Built::get(name).map(|file| file.data)
    }
}
