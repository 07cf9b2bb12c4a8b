//! The format of pprof (`profile.proto`), which `go tool pprof`, Pyroscope, Parca and others read: each stack is a sample with a value for
//! each event; what is shown first are instructions. Protocol buffers are written by hand, as there are six messages; not compressed, which readers allow.

use std::collections::BTreeMap;

use super::INSTRUCTIONS;
use crate::profile::Profile;

/// A message under construction.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A field that is a number.
    fn number(&mut self, field: u64, value: u64) -> &mut Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    /// A field that is a message, a text or packed numbers.
    fn bytes(&mut self, field: u64, bytes: &[u8]) -> &mut Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn packed(&mut self, field: u64, values: impl Iterator<Item = u64>) -> &mut Self {
        let mut packed = Message::default();
        values.for_each(|value| packed.varint(value));
        self.bytes(field, &packed.0)
    }
}

/// Texts, each once; the first is empty.
struct Texts<'p> {
    numbers: BTreeMap<&'p str, u64>,
    all: Vec<&'p str>,
}

impl<'p> Texts<'p> {
    fn number(&mut self, text: &'p str) -> u64 {
        *self.numbers.entry(text).or_insert_with(|| {
            self.all.push(text);
            self.all.len() as u64 - 1
        })
    }
}

/// The profile.
pub(crate) fn pprof(profile: &Profile) -> Vec<u8> {
    let mut texts = Texts { numbers: [("", 0)].into(), all: vec![""] };
    let mut file = Message::default();
    let events = profile.events();
    for named in &events {
        let mut kind = Message::default();
        kind.number(1, texts.number(named.name)).number(2, texts.number("count"));
        file.bytes(1, &kind.0);
    }
    file.number(14, texts.number(INSTRUCTIONS.name));
    // A function is known by the number of its name, and a location is a function.
    let mut functions: BTreeMap<u64, ()> = BTreeMap::new();
    let stacks = profile.stacks_or_functions();
    for (n, stack) in stacks.iter().enumerate().filter(|(_, stack)| !stack.costs.is_zero()) {
        // The innermost first.
        let way = std::iter::successors(Some(n), |&n| stacks[n].parent);
        let way: Vec<u64> = way.map(|n| texts.number(stacks[n].name)).collect();
        functions.extend(way.iter().map(|&name| (name, ())));
        let mut sample = Message::default();
        sample.packed(1, way.into_iter()).packed(2, events.iter().map(|named| stack.costs[named.event]));
        file.bytes(2, &sample.0);
    }
    for &name in functions.keys() {
        let (mut line, mut location, mut function) = (Message::default(), Message::default(), Message::default());
        line.number(1, name);
        location.number(1, name).bytes(4, &line.0);
        function.number(1, name).number(2, name).number(3, name);
        file.bytes(4, &location.0);
        file.bytes(5, &function.0);
    }
    for text in texts.all {
        file.bytes(6, text.as_bytes());
    }
    file.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_as_many_bytes_as_they_need() {
        let mut message = Message::default();
        message.number(1, 300).bytes(2, b"ab").packed(3, [1, 128].into_iter());
        assert_eq!(message.0, [0x08, 0xac, 0x02, 0x12, 2, b'a', b'b', 0x1a, 3, 1, 0x80, 1]);
    }
}
