//! Makes a program small on which engines part: fewer statements, nothing around them that does not matter. Statements stay
//! whole: half of one does what no program is meant to do.

use std::time::{Duration, Instant};

use emu_core::timing::MODELS;

use super::code::Statement;
use super::program::{Part, Program};
use super::run::{Difference, run};

/// How long to look for a smaller program.
const PATIENCE: Duration = Duration::from_secs(20);

/// A change that makes a program simpler.
type Simpler = fn(&mut Program);

/// What may not matter, what explains most first.
const SIMPLER: [Simpler; 18] = [
    |program| program.world.timer = None,
    |program| program.world.paged = false,
    |program| program.world.mode = emu_core::riscv::state::mode::M,
    |program| program.world.takes_rights = 0,
    |program| program.world.lacks = 0,
    |program| program.world.watched = false,
    |program| program.world.misaligned_trap = false,
    |program| program.world.delegated = 0,
    |program| program.world.updates_entries = false,
    |program| program.world.one_asid = false,
    |program| program.world.fine_time = false,
    |program| program.running.cramped = false,
    |program| program.running.model = &MODELS[0],
    |program| program.running.slice = u64::MAX,
    |program| program.running.threshold = 2,
    |program| program.running.budget = program.running.budget * 3 / 4,
    |program| program.skew = [0; 2],
    |program| program.data.fill(0),
];

/// A smaller program on which engines part, and how.
pub fn shrink(program: &Program, difference: &Difference) -> (Program, Difference) {
    let started = Instant::now();
    let mut small = (program.clone(), difference.clone());
    let kind = difference.is_panic();
    let still = |small: &mut (Program, Difference), candidate: Program| {
        if started.elapsed() > PATIENCE {
            return false;
        }
        match run(&candidate) {
            Err(difference) if difference.is_panic() == kind => {
                *small = (candidate, difference);
                true
            }
            _ => false,
        }
    };
    loop {
        let mut progress = false;
        let mut chunk = count(&small.0).div_ceil(2);
        while chunk > 0 {
            let mut from = 0;
            while from < count(&small.0) {
                let candidate = changed(&small.0, |at, _| (from..from + chunk).contains(&at).then(Vec::new));
                if still(&mut small, candidate) {
                    progress = true;
                } else {
                    from += chunk;
                }
            }
            chunk /= 2;
        }
        for at in 0..count(&small.0) {
            let candidate = changed(&small.0, |n, statement| if n == at { inner(statement) } else { None });
            progress |= still(&mut small, candidate);
        }
        for simpler in SIMPLER {
            let mut candidate = small.0.clone();
            simpler(&mut candidate);
            if format!("{candidate:?}") != format!("{:?}", small.0) {
                progress |= still(&mut small, candidate);
            }
        }
        if !progress || started.elapsed() > PATIENCE {
            return small;
        }
    }
}

fn parts(program: &mut Program) -> Vec<&mut Part> {
    program.functions.iter_mut().chain(&mut program.twins).chain([&mut program.far, &mut program.main]).collect()
}

/// Statements in a program.
fn count(program: &Program) -> usize {
    let mut n = 0;
    changed(program, |at, _| {
        n = n.max(at + 1);
        None
    });
    n
}

/// What stands in a statement, without what decides whether it runs: with a loop that is short, first.
fn inner(statement: &Statement) -> Option<Vec<Statement>> {
    match statement {
        Statement::Ops(_) => None,
        Statement::If(_, then, otherwise) => Some([&then[..], &otherwise[..]].concat()),
        Statement::Loop(_, 1, body) => Some(body.clone()),
        Statement::Loop(counter, times, body) => Some(vec![Statement::Loop(*counter, times / 2, body.clone())]),
        Statement::Cases(_, cases) => Some(cases.concat()),
    }
}

/// The program with other statements where `change` says so. It is given each statement, and its number.
fn changed(program: &Program, mut change: impl FnMut(usize, &Statement) -> Option<Vec<Statement>>) -> Program {
    let mut program = program.clone();
    let mut next = 0;
    for part in parts(&mut program) {
        part.body = walk(&part.body, &mut next, &mut change);
    }
    program
}

fn walk(
    statements: &[Statement],
    next: &mut usize,
    change: &mut impl FnMut(usize, &Statement) -> Option<Vec<Statement>>,
) -> Vec<Statement> {
    let mut out = Vec::new();
    for statement in statements {
        let at = *next;
        *next += 1;
        let changed = change(at, statement);
        // Those inside are numbered in any case.
        let mut inside = |body: &[Statement]| walk(body, next, change);
        let same = match statement {
            Statement::Ops(ops) => Statement::Ops(ops.clone()),
            Statement::If(branch, then, otherwise) => Statement::If(*branch, inside(then), inside(otherwise)),
            Statement::Loop(counter, times, body) => Statement::Loop(*counter, *times, inside(body)),
            Statement::Cases(on, cases) => Statement::Cases(*on, cases.iter().map(|case| inside(case)).collect()),
        };
        out.extend(changed.unwrap_or_else(|| vec![same]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agree::code::Op;

    fn ops(n: u32) -> Statement {
        Statement::Ops(vec![Op::Word(n)])
    }

    #[test]
    fn statements_are_numbered_and_replaced() {
        let mut program = Program::new(1);
        parts(&mut program).into_iter().for_each(|part| part.body.clear());
        program.main.body = vec![ops(0), Statement::Loop(18, 4, vec![ops(2), ops(3)]), ops(4)];
        assert_eq!(count(&program), 5);
        let without = changed(&program, |at, _| (at == 2 || at == 4).then(Vec::new));
        let text = format!("{:?}", without.main.body);
        assert_eq!(text, format!("{:?}", [ops(0), Statement::Loop(18, 4, vec![ops(3)])]));
        let flat = changed(&program, |at, statement| if at == 1 { inner(statement) } else { None });
        assert_eq!(format!("{:?}", flat.main.body[1]), format!("{:?}", Statement::Loop(18, 2, vec![ops(2), ops(3)])));
    }
}
