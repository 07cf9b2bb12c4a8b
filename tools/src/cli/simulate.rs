//! The options of `emu stat` and `emu profile` that simulate caches and branch prediction.

use anyhow::{Result, ensure};
use emu_core::observe::Options;
use emu_core::observe::cache::{Shape, Shapes};
use emu_core::observe::predictor::{Entries, Scheme};

use super::machine::Engine;
use crate::values;

/// The options.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Simulation, by the interpreter")]
pub(crate) struct SimulateArgs {
    /// Simulate caches; with --cache=D1=16K,4,64 that of data has 16 KiB, 4 ways and lines of 64 bytes. There are I1, D1 and LL, of 32K,8,64
    /// twice and 1M,16,64 if nothing is said. May be given several times
    #[arg(long, value_name = "NAME=SIZE,WAYS,LINE", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = cache)]
    cache: Vec<Cache>,
    /// Simulate branch prediction: static, bimodal,ENTRIES or gshare,ENTRIES; gshare,16384 if nothing is said
    #[arg(long, value_name = "SCHEME", num_args = 0..=1, require_equals = true, default_missing_value = "gshare", value_parser = scheme)]
    predictor: Option<Scheme>,
}

/// What `--cache` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cache {
    Usual,
    I1(Shape),
    D1(Shape),
    Ll(Shape),
}

impl SimulateArgs {
    /// What is to be simulated, if anything.
    ///
    /// # Errors
    ///
    /// Only the interpreter does that, and another engine was asked for.
    pub(crate) fn options(&self, engine: Engine) -> Result<Option<Options>> {
        if self.cache.is_empty() && self.predictor.is_none() {
            return Ok(None);
        }
        ensure!(
            engine != Engine::Jit,
            "--engine jit: caches and branch prediction are simulated by the interpreter; leave --engine, or --cache and --predictor, out"
        );
        let mut shapes = Shapes::default();
        for cache in &self.cache {
            match *cache {
                Cache::Usual => {}
                Cache::I1(shape) => shapes.i1 = shape,
                Cache::D1(shape) => shapes.d1 = shape,
                Cache::Ll(shape) => shapes.ll = shape,
            }
        }
        Ok(Some(Options { caches: (!self.cache.is_empty()).then_some(shapes), predictor: self.predictor }))
    }
}

fn cache(text: &str) -> Result<Cache, String> {
    if text.is_empty() {
        return Ok(Cache::Usual);
    }
    let wanted =
        || "give a cache and its shape: I1, D1 or LL, size, ways, bytes of a line, such as D1=16K,4,64".to_owned();
    let (name, shape) = text.split_once('=').ok_or_else(wanted)?;
    let parts: Vec<&str> = shape.split(',').collect();
    let [size, ways, line] = parts[..] else { return Err(wanted()) };
    let (ways, line) = (values::number(ways).map_err(|_| wanted())?, values::number(line).map_err(|_| wanted())?);
    let shape = Shape::new(values::size_bytes(size)?, ways, line).map_err(|why| format!("no such cache: {why}"))?;
    match name {
        "I1" => Ok(Cache::I1(shape)),
        "D1" => Ok(Cache::D1(shape)),
        "LL" => Ok(Cache::Ll(shape)),
        _ => Err(wanted()),
    }
}

fn scheme(text: &str) -> Result<Scheme, String> {
    let (name, entries) = match text.split_once(',') {
        Some((name, entries)) => (name, values::number(entries).map_err(|error| error.to_string())?),
        None => (text, 1 << 14),
    };
    let entries = Entries::new(entries).map_err(|why| format!("no such table: {why}"))?;
    match (name, text.contains(',')) {
        ("static", false) => Ok(Scheme::Static),
        ("bimodal", _) => Ok(Scheme::Bimodal(entries)),
        ("gshare", _) => Ok(Scheme::Gshare(entries)),
        _ => Err("give static, or bimodal or gshare with the entries of its table, such as gshare,4096".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_schemes_are_read() {
        let shape = Shape::new(16 << 10, 4, 64).expect("a cache");
        assert_eq!(cache("D1=16K,4,64"), Ok(Cache::D1(shape)));
        assert_eq!((cache(""), cache("LL=16K,4,64")), (Ok(Cache::Usual), Ok(Cache::Ll(shape))));
        for wrong in
            ["D1", "D1=16K", "D1=16K,4", "D1=16K,4,64,1", "L3=16K,4,64", "D1=x,4,64", "D1=16K,0,64", "D1=16K,4,3"]
        {
            assert!(cache(wrong).is_err(), "{wrong}");
        }
        let entries = |n| Entries::new(n).expect("a table");
        assert_eq!((scheme("static"), scheme("gshare")), (Ok(Scheme::Static), Ok(Scheme::default())));
        assert_eq!(scheme("bimodal,64"), Ok(Scheme::Bimodal(entries(64))));
        for wrong in ["", "perfect", "static,4", "gshare,3", "gshare,x"] {
            assert!(scheme(wrong).is_err(), "{wrong}");
        }
    }
}
