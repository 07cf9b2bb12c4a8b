//! Which source line an instruction is from, as the program's DWARF says (versions 2 to 5). DWARF is as hostile as the rest of a
//! file: what cannot be read is unknown.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use addr2line::Context;
use gimli::{Dwarf, EndianRcSlice, RunTimeEndian, SectionId};
use object::{Object, ObjectSection};

type Reader = EndianRcSlice<RunTimeEndian>;

/// A line of a source file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// The file; `None` if it is not known.
    pub(crate) file: Option<Rc<str>>,
    /// Its number, from 1; 0 if it is not known.
    pub(crate) number: u32,
}

/// The lines of one program.
pub(crate) struct Lines {
    context: Result<Context<Reader>, String>,
    /// File names, each once.
    files: RefCell<BTreeSet<Rc<str>>>,
}

impl Lines {
    /// Of an ELF file.
    pub(crate) fn of(file: &[u8]) -> Self {
        Lines { context: read(file), files: RefCell::default() }
    }

    /// Why none are known; `None` if some are.
    pub(crate) fn why_not(&self) -> Option<&str> {
        self.context.as_ref().err().map(String::as_str)
    }

    /// The line of an address; where something was inlined, its own line, not the caller's.
    pub(crate) fn at(&self, pc: u64) -> Line {
        let location = self.context.as_ref().ok().and_then(|context| context.find_location(pc).ok().flatten());
        let Some(location) = location else { return Line::default() };
        let file = location.file.map(|name| {
            let mut files = self.files.borrow_mut();
            if let Some(known) = files.get(name) {
                return Rc::clone(known);
            }
            let name = tidy(name);
            if let Some(known) = files.get(&*name) {
                return Rc::clone(known);
            }
            let new: Rc<str> = name.into();
            files.insert(Rc::clone(&new));
            new
        });
        Line { file, number: location.line.unwrap_or_default() }
    }
}

/// A file's name in one line, without the folders `.` that compilers put into it where they are called with relative paths.
fn tidy(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').filter(|&part| part != ".").collect();
    parts.join("/").replace(['\n', '\r'], " ")
}

/// The file's DWARF; or why there is none.
fn read(file: &[u8]) -> Result<Context<Reader>, String> {
    let object = object::File::parse(file).map_err(|_| "it is no ELF file".to_owned())?;
    if object.section_by_name(".debug_line").is_none() {
        return Err("it has no debug information; compile it with -g".to_owned());
    }
    let endian = if object.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
    let load = |id: SectionId| -> Result<Reader, String> {
        let section = object.section_by_name(id.name());
        let data = section.map(|section| section.uncompressed_data()).transpose();
        let data = data.map_err(|error| format!("{} is broken ({error})", id.name()))?;
        Ok(EndianRcSlice::new(Rc::from(&*data.unwrap_or(Cow::Borrowed(&[]))), endian))
    };
    Context::from_dwarf(Dwarf::load(load)?).map_err(|error| format!("its debug information is broken ({error})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tidy() {
        for (name, wanted) in
            [("././a/b.c", "a/b.c"), ("/x/./b.c", "/x/b.c"), ("../b\nc", "../b c"), (".hidden/c", ".hidden/c")]
        {
            assert_eq!(tidy(name), wanted);
        }
    }
}
