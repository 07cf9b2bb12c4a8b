//! The table that people look at first: which functions the instructions were in.

use std::fmt::Write as _;

use crate::profile::{Function, Profile};
use crate::report::number::{grouped, percent};

/// The `most` functions with most instructions of their own.
pub(crate) fn top(profile: &Profile, title: &str, most: usize) -> String {
    let with_calls = !profile.stacks.is_empty();
    let mut text = format!("\n {} instructions in {title}", grouped(profile.total));
    if let Some((cycles, model)) = profile.cycles {
        let _ = write!(text, ", {} cycles by {}: {}", grouped(cycles), model.name, model.claim);
    }
    text.push_str(":\n\n");
    let calls = if with_calls { format!("{:>18} {:>7} {:>14}", "with callees", "", "calls") } else { String::new() };
    let cycles = if profile.cycles.is_some() { format!("{:>18}", "cycles") } else { String::new() };
    let _ = writeln!(text, "{:>18} {:>7}{cycles}{calls}  function", "instructions", "");
    for function in profile.functions.iter().filter(|function| function.own > 0).take(most) {
        let share = |part| format!("{:.2} %", percent(part, profile.total));
        let _ = write!(text, "{:>18} {:>7}", grouped(function.own), share(function.own));
        if profile.cycles.is_some() {
            let _ = write!(text, "{:>18}", grouped(function.cycles));
        }
        if with_calls {
            let (inclusive, calls) = (grouped(function.inclusive), grouped(function.calls));
            let _ = write!(text, "{inclusive:>18} {:>7} {calls:>14}", share(function.inclusive));
        }
        let _ = writeln!(text, "  {}", function.name);
    }
    let ran = profile.functions.iter().filter(|function| function.own > 0).count();
    if ran > most {
        let rest = |of: fn(&Function) -> u64| profile.functions.iter().skip(most).map(of).sum::<u64>();
        let (rest, cycles) = (rest(|function| function.own), rest(|function| function.cycles));
        let others = format!("{} more functions", ran - most);
        let share = format!("{:.2} %", percent(rest, profile.total));
        let cycles = if profile.cycles.is_some() { format!("{:>18}", grouped(cycles)) } else { String::new() };
        let gap = if with_calls { format!("{:41}", "") } else { String::new() };
        let _ = writeln!(text, "{:>18} {share:>7}{cycles}{gap}  {others}", grouped(rest));
    }
    text
}
