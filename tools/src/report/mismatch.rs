//! What to say when two engines do not agree: where, in what, and what the engine made of the code there.

use std::fmt::Write;

use super::code::Code;
use super::number::grouped;
use super::place::place;
use super::region;
use crate::guest::Guest;
use crate::session::Session;
use crate::verify::{Difference, Finding, Shown};

/// Many lines; the first says it all.
pub(crate) fn text<A: Guest>(finding: &Finding<A>, session: &Session<A>) -> String {
    let symbols = session.image().symbols();
    let mut out = format!(
        "the engines differ, which is a bug in emu {} and not in your program; please report it in emu's issue tracker with \
         this message, the command line and the program\n\n",
        env!("CARGO_PKG_VERSION")
    );
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", how(finding));
    for (hart, &pc) in finding.places.iter().enumerate() {
        let _ = writeln!(out, "hart {hart} was at {}", place(pc, symbols));
    }
    let _ = write!(out, "\n{:<26} {:>20} {:>20}\n", "", "interpreter", "engine");
    for difference in &finding.differences {
        let _ = writeln!(out, "{}", row(difference));
    }
    let mut code = match Code::new(session.image(), &session.processor_name()) {
        Ok(code) => code,
        Err(error) => return format!("{out}\nno disassembly: {error:#}"),
    };
    if !finding.ran.is_empty() {
        out.push_str("\nthe last instructions; * was the last to write a register that differs:\n");
    }
    for ran in &finding.ran {
        let mark = if ran.suspect { '*' } else { ' ' };
        let _ = writeln!(out, "{mark} hart {}  {}", ran.hart, code.line(&ran.insn));
    }
    for region in &finding.regions {
        let _ = write!(out, "\n{}", region::text(region, &mut code, symbols));
    }
    if finding.regions.is_empty() {
        out.push_str("\nno translated code has these instructions\n");
    }
    out.trim_end().to_owned()
}

fn how<A: Guest>(finding: &Finding<A>) -> String {
    let (agreed, insns) = (grouped(finding.agreed_insns), grouped(finding.insns));
    let span = finding.insns - finding.agreed_insns;
    match finding.shown {
        Shown::Singly => format!(
            "after {agreed} instructions they agree, after {insns} they do not, where each instruction is translated by itself"
        ),
        Shown::Together if span == 1 => format!("after {agreed} instructions they agree, after {insns} they do not"),
        Shown::Together => format!(
            "after {agreed} instructions they agree, after {insns} they do not; it takes a run of {} instructions in one go to \
             see it",
            grouped(span)
        ),
        Shown::Once => format!(
            "after {agreed} instructions they agree, after {insns} they do not; it did not happen when the program was run again"
        ),
    }
}

fn row(difference: &Difference) -> String {
    let Difference { hart, name, reference, subject } = difference;
    let whose = hart.map_or_else(|| name.clone(), |hart| format!("hart {hart} {name}"));
    format!("{whose:<26} {reference:>#20x} {subject:>#20x}")
}
