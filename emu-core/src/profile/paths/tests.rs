use std::rc::Rc;

use super::{Caller, Costs, Event, Functions, KeptCosts, Paths};
use crate::trap::Cause;

const A: u64 = 0x1000;
const B: u64 = 0x2000;
const C: u64 = 0x3000;
const HANDLER: u64 = 0x4000;
const THREAD: u64 = 0x5000;
/// The stack of what runs first.
const SP: u64 = 0x9_0000;
/// Another one.
const OTHER_SP: u64 = 0xa_0000;

const TIMER: Cause = Cause { is_interrupt: true, code: 7 };

/// Functions of 256 bytes each; A has begun.
fn begun() -> Paths {
    begun_keeping(KeptCosts::Events)
}

fn begun_keeping(kept: KeptCosts) -> Paths {
    let functions = Functions::new([A, B, C, HANDLER, THREAD].map(|at| at..at + 0x100));
    let mut paths = Paths::new(Rc::new(functions), kept);
    paths.begin(A, SP, 0);
    paths
}

/// All ways as letters, with their own instructions and their calls: `A>B 3 1`.
fn ways(paths: &mut Paths, retired: u64) -> Vec<String> {
    paths.count(retired);
    let nodes = paths.nodes();
    let name = |what: Caller| match what {
        Caller::Function(A) => "A".to_owned(),
        Caller::Function(B) => "B".to_owned(),
        Caller::Function(C) => "C".to_owned(),
        Caller::Function(HANDLER) => "H".to_owned(),
        Caller::Function(THREAD) => "T".to_owned(),
        Caller::Function(other) => format!("{other:x}"),
        Caller::Trap { is_interrupt, code } => format!("{}{code}", if is_interrupt { 'i' } else { 'e' }),
    };
    let way = |n: usize| {
        let mut way: Vec<String> = paths.way_to(n as u32).map(|n| name(nodes[n as usize].what)).collect();
        way.reverse();
        format!("{} {} {}", way.join(">"), nodes[n].own[Event::Instructions], nodes[n].calls)
    };
    (0..nodes.len()).map(way).collect()
}

/// Calls as (from, site, to, count, inclusive).
fn calls(paths: &Paths, retired: u64) -> Vec<(u64, u64, u64, u64, u64)> {
    let call = |(way, call): (super::Way, super::Call)| {
        (way.from.unwrap(), way.site, way.to, call.count, call.inclusive[Event::Instructions])
    };
    let mut now = paths.clone();
    now.count(retired);
    now.calls().into_iter().map(call).collect()
}

#[test]
fn other_events_are_kept_if_they_are_wanted() {
    let loads = |kept| {
        let mut paths = begun_keeping(kept);
        let one_load = Costs::from(std::array::from_fn(|n| u64::from(n == Event::Loads as usize)));
        paths.cost(one_load);
        paths.called(A + 4, B, A + 8, SP, 2);
        paths.cost(one_load);
        paths.cost(one_load);
        paths.returned(A + 8, SP, 6);
        let own = |node: &super::Node| (node.own[Event::Instructions], node.own[Event::Loads]);
        (paths.nodes().iter().map(own).collect::<Vec<_>>(), paths.calls()[0].1.inclusive[Event::Loads])
    };
    assert_eq!(loads(KeptCosts::Events), (vec![(2, 1), (4, 2)], 2));
    assert_eq!(loads(KeptCosts::Instructions), (vec![(2, 0), (4, 0)], 0));
}

#[test]
fn calls_and_returns() {
    let mut paths = begun();
    paths.called(A + 4, B, A + 8, SP, 2);
    paths.called(B + 4, C, B + 8, SP - 16, 5);
    paths.returned(B + 8, SP - 16, 9);
    paths.returned(A + 8, SP, 10);
    paths.called(A + 8, C, A + 12, SP, 11);
    paths.returned(A + 12, SP, 13);
    assert_eq!(ways(&mut paths, 20), ["A 10 1", "A>B 4 1", "A>B>C 4 1", "A>C 2 1"]);
    assert_eq!(calls(&paths, 20), [(A, A + 4, B, 1, 8), (B, B + 4, C, 1, 4), (A, A + 8, C, 1, 2)]);
}

#[test]
fn a_return_may_lead_to_where_the_next_function_begins() {
    let mut paths = begun();
    paths.called(B - 4, C, B, SP, 2);
    paths.returned(B, SP, 5);
    assert_eq!(ways(&mut paths, 9), ["A 2 1", "A>C 3 1", "A>B 4 1"]);
}

#[test]
fn what_has_not_returned_counts_up_to_now() {
    let mut paths = begun();
    paths.called(A + 4, B, A + 8, SP, 2);
    assert_eq!(ways(&mut paths, 7), ["A 2 1", "A>B 5 1"]);
    assert_eq!(calls(&paths, 9), [(A, A + 4, B, 1, 7)]);
}

#[test]
fn recursion_costs_once() {
    let mut paths = begun();
    paths.called(A, B, A + 4, SP, 1);
    paths.called(B + 8, B, B + 12, SP - 16, 2);
    paths.called(B + 8, B, B + 12, SP - 32, 3);
    paths.returned(B + 12, SP - 32, 6);
    paths.returned(B + 12, SP - 16, 7);
    paths.returned(A + 4, SP, 8);
    assert_eq!(ways(&mut paths, 8), ["A 1 1", "A>B 2 1", "A>B>B 2 1", "A>B>B>B 3 1"]);
    assert_eq!(calls(&paths, 8), [(A, A, B, 1, 7), (B, B + 8, B, 2, 0)]);
}

#[test]
fn a_tail_call_returns_to_its_callers_caller() {
    let mut paths = begun();
    paths.called(A, B, A + 4, SP, 1);
    paths.went(B + 4, C, SP, 3);
    paths.returned(A + 4, SP, 6);
    assert_eq!(ways(&mut paths, 10), ["A 5 1", "A>B 2 1", "A>B>C 3 1"]);
    assert_eq!(calls(&paths, 10), [(A, A, B, 1, 5), (B, B + 4, C, 1, 3)]);
}

#[test]
fn what_moves_its_callers_stack_pointer_returns_by_its_address() {
    let mut paths = begun();
    paths.called(A, B, A + 4, SP, 1);
    // A routine that goes on as another one, and saves registers; then one that restores them and returns for its caller.
    paths.called(B, C, B + 4, SP, 2);
    paths.went(C + 0xfc, HANDLER, SP - 32, 4);
    paths.returned(B + 4, SP - 48, 7);
    paths.called(B + 8, THREAD, B + 12, SP - 48, 8);
    paths.returned(B + 12, SP - 48, 9);
    paths.went(B + 12, C, SP - 48, 10);
    paths.returned(A + 4, SP, 12);
    assert_eq!(ways(&mut paths, 13), ["A 2 1", "A>B 3 1", "A>B>C 4 2", "A>B>C>H 3 1", "A>B>T 1 1"]);
    assert_eq!(calls(&paths, 13)[0], (A, A, B, 1, 11));
}

#[test]
fn tail_calls_in_a_circle_keep_the_stack_short() {
    let mut paths = begun();
    paths.called(A, B, A + 4, SP, 0);
    for n in 0..100 {
        paths.went(B + 4, C, SP, 2 * n + 1);
        paths.went(C + 4, B, SP, 2 * n + 2);
    }
    assert!(paths.depth <= 3, "{:?}", paths.stack());
    paths.returned(A + 4, SP, 200);
    assert_eq!(ways(&mut paths, 201), ["A 1 1", "A>B 100 1", "A>B>C 100 100"]);
}

#[test]
fn jumps_inside_of_a_function_are_nothing() {
    let mut paths = begun();
    paths.went(A + 4, A + 0x40, SP, 3);
    paths.went(A + 4, 0x7000, SP, 4);
    assert_eq!(ways(&mut paths, 5), ["A 5 1"]);
}

#[test]
fn a_long_jump_unwinds() {
    let mut paths = begun();
    paths.called(A, B, A + 4, SP, 1);
    paths.called(B, C, B + 4, SP - 16, 2);
    paths.called(C, HANDLER, C + 4, SP - 32, 3);
    // Back into A, behind a call that returned long ago.
    paths.returned(A + 0x20, SP, 5);
    assert_eq!(ways(&mut paths, 9), ["A 5 1", "A>B 1 1", "A>B>C 1 1", "A>B>C>H 2 1"]);
    assert_eq!(calls(&paths, 9)[0], (A, A, B, 1, 4));
}

#[test]
fn a_trap_is_a_frame() {
    let mut paths = begun();
    paths.called(A, B, A + 4, SP, 1);
    paths.trapped(B + 0x10, TIMER, HANDLER, SP - 16, 4);
    paths.called(HANDLER + 4, C, HANDLER + 8, SP - 64, 6);
    paths.returned(HANDLER + 8, SP - 64, 7);
    paths.trap_returned(B + 0x10, SP - 16, 9);
    paths.returned(A + 4, SP, 10);
    assert_eq!(ways(&mut paths, 10), ["A 1 1", "A>B 4 1", "A>B>i7 0 1", "A>B>i7>H 4 1", "A>B>i7>H>C 1 1"]);
}

#[test]
fn the_handler_of_a_call_returns_behind_it() {
    let mut paths = begun();
    paths.trapped(A + 4, Cause { is_interrupt: false, code: 11 }, HANDLER, SP, 3);
    paths.trap_returned(A + 8, SP, 5);
    assert_eq!(ways(&mut paths, 10), ["A 8 1", "A>e11 0 1", "A>e11>H 2 1"]);
}

/// Two threads that call a switch, which returns on the other's stack: to the same address.
#[test]
fn threads_have_stacks_of_their_own() {
    let mut paths = begun();
    paths.called(A, B, A + 4, SP, 1);
    // The first switch starts the thread.
    paths.called(B, C, B + 4, SP - 16, 2);
    paths.returned(THREAD, OTHER_SP, 4);
    paths.called(THREAD + 4, B, THREAD + 8, OTHER_SP, 5);
    paths.called(B, C, B + 4, OTHER_SP - 16, 6);
    paths.returned(B + 4, SP - 16, 8);
    paths.returned(A + 4, SP, 9);
    paths.called(A + 8, C, A + 12, SP, 10);
    paths.returned(B + 4, OTHER_SP - 16, 12);
    paths.returned(THREAD + 8, OTHER_SP, 13);
    assert_eq!(ways(&mut paths, 20), ["A 2 1", "A>B 2 1", "A>B>C 2 1", "T 8 1", "T>B 2 1", "T>B>C 2 1", "A>C 2 1"]);
}

#[test]
fn a_preempted_thread_goes_on_where_it_was() {
    let mut paths = begun();
    paths.trapped(A + 8, TIMER, HANDLER, SP, 2);
    paths.trap_returned(THREAD, OTHER_SP, 4);
    paths.trapped(THREAD + 0x10, TIMER, HANDLER, OTHER_SP, 7);
    paths.trap_returned(A + 8, SP, 9);
    assert_eq!(ways(&mut paths, 12), ["A 5 1", "A>i7 0 1", "A>i7>H 2 1", "T 3 1", "T>i7 0 1", "T>i7>H 2 1"]);
}

#[test]
fn without_symbols_what_is_called_is_a_function() {
    let mut paths = Paths::new(Rc::default(), KeptCosts::Events);
    paths.begin(0x80, SP, 0);
    paths.called(0x84, 0x200, 0x88, SP, 1);
    paths.went(0x204, 0x300, SP, 2);
    paths.returned(0x88, SP, 5);
    assert_eq!(ways(&mut paths, 6), ["80 2 1", "200 4 1".replace("200", "80>200").as_str()]);
}

#[test]
fn deep_recursion_is_bounded_and_loses_nothing() {
    let mut paths = begun();
    let depth = 3 * super::MAX_DEPTH as u64;
    for n in 0..depth {
        paths.called(A, A, A + 4, SP - 16 * n, n + 1);
    }
    for n in (0..depth).rev() {
        paths.returned(A + 4, SP - 16 * n, 2 * depth - n);
    }
    assert_eq!(paths.depth, 1);
    paths.count(2 * depth);
    assert_eq!(paths.nodes().iter().map(|node| node.own[Event::Instructions]).sum::<u64>(), 2 * depth);
}

#[test]
fn many_stacks_are_bounded() {
    let mut paths = begun();
    for n in 0..2 * super::MAX_STACKS as u64 {
        paths.returned(THREAD, 0x10_0000 + 0x1000 * n, n + 1);
    }
    assert!(paths.parked.len() <= super::MAX_STACKS);
    let retired = 2 * super::MAX_STACKS as u64;
    paths.count(retired);
    assert_eq!(paths.nodes().iter().map(|node| node.own[Event::Instructions]).sum::<u64>(), retired);
}
