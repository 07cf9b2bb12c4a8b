//! stub
use anyhow::{Result, bail};
use emu_core::image::{Class, Image};
use emu_core::riscv::extension::Ext;
#[derive(Clone, Copy, Debug)]
pub(crate) struct Isa(Ext, u32);
impl Isa {
    pub(crate) fn extensions(&self) -> Ext {
        self.0
    }
    pub(crate) fn xlen(&self) -> u32 {
        self.1
    }
}
pub(crate) fn choose(image: &Image, text: Option<&str>) -> Result<Isa> {
    if let Some(text) = text {
        bail!("--isa {text}: stub");
    }
    Ok(Isa(
        Ext::all(),
        match image.target().map(|t| t.class) {
            Some(Class::Bits32) => 32,
            _ => 64,
        },
    ))
}
