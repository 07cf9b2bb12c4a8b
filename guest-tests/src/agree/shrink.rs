//! Makes a program small on which engines part: fewer statements, nothing around them that does not matter. Statements stay
//! whole: half of one does what no program is meant to do.

use std::time::{Duration, Instant};

use emu_core::timing::MODELS;

use super::code::Statement;
use super::program::{Part, Program, Running, World};
use super::run::{Difference, run};

/// How long to look for a smaller program.
const PATIENCE: Duration = Duration::from_secs(20);

/// A change that makes a program simpler, but for its world and its code.
type Simpler = fn(&mut Running, &mut Vec<u8>, &mut [u32; 2]);

/// What may not matter beside the world.
const SIMPLER: [Simpler; 8] = [
    |running, _, _| running.cramped = false,
    |running, _, _| running.model = &MODELS[0],
    |running, _, _| running.calls = false,
    |running, _, _| running.slice = u64::MAX,
    |running, _, _| running.threshold = 2,
    |running, _, _| running.budget = running.budget * 3 / 4,
    |_, _, skew| *skew = [0; 2],
    |_, data, _| data.fill(0),
];

/// A smaller program on which engines part, and how.
pub fn shrink<W: World>(program: &Program<W>, difference: &Difference) -> (Program<W>, Difference) {
    let started = Instant::now();
    let mut small = (program.clone(), difference.clone());
    let kind = difference.is_panic();
    let still = |small: &mut (Program<W>, Difference), candidate: Program<W>| {
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
        let mut simplify = |simpler: &dyn Fn(&mut Program<W>)| {
            let mut candidate = small.0.clone();
            simpler(&mut candidate);
            if format!("{candidate:?}") != format!("{:?}", small.0) {
                progress |= still(&mut small, candidate);
            }
        };
        W::SIMPLER.iter().for_each(|simpler| simplify(&|program| simpler(&mut program.world)));
        for simpler in SIMPLER {
            simplify(&|program| simpler(&mut program.running, &mut program.data, &mut program.skew));
        }
        if !progress || started.elapsed() > PATIENCE {
            return small;
        }
    }
}

fn parts<W: World>(program: &mut Program<W>) -> Vec<&mut Part> {
    program.functions.iter_mut().chain(&mut program.twins).chain([&mut program.far, &mut program.main]).collect()
}

/// Statements in a program.
fn count<W: World>(program: &Program<W>) -> usize {
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
fn changed<W: World>(
    program: &Program<W>,
    mut change: impl FnMut(usize, &Statement) -> Option<Vec<Statement>>,
) -> Program<W> {
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
    use crate::agree::riscv;

    fn ops(n: u32) -> Statement {
        Statement::Ops(vec![Op::Word(n)])
    }

    #[test]
    fn statements_are_numbered_and_replaced() {
        let mut program = Program::<riscv::World>::new(1);
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
