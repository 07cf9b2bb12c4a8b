//! What a run of interrupts is doing: one bit each in a few bitmaps, and a priority. Not which hart it concerns, and no
//! registers.

/// The highest priority is 0; this is below every priority that can be signalled.
pub(super) const IDLE: u8 = 0xff;

/// Interrupts in multiples of 32, numbered from 0.
#[derive(Debug)]
pub(super) struct Bank {
    /// Group 1, if set.
    pub group: Vec<u32>,
    pub enabled: Vec<u32>,
    /// Pending whatever the line says: an edge came, or software asked.
    pub latched: Vec<u32>,
    pub active: Vec<u32>,
    /// The lines as they are.
    pub level: Vec<u32>,
    /// Configured as edge-triggered.
    pub edge: Vec<u32>,
    pub priority: Vec<u8>,
}

/// An interrupt and its priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub number: u32,
    pub priority: u8,
}

impl Bank {
    /// `words` times 32 interrupts after a reset.
    pub fn new(words: usize) -> Self {
        Self {
            group: vec![0; words],
            enabled: vec![0; words],
            latched: vec![0; words],
            active: vec![0; words],
            level: vec![0; words],
            edge: vec![0; words],
            priority: vec![0; words * 32],
        }
    }

    /// How many words of 32 interrupts there are.
    pub fn words(&self) -> usize {
        self.enabled.len()
    }

    /// What is pending: a level-sensitive interrupt also while its line is high.
    pub fn pending(&self, word: usize) -> u32 {
        self.latched[word] | self.level[word] & !self.edge[word]
    }

    /// Drives the line of interrupt `number`.
    pub fn drive(&mut self, number: u32, level: bool) {
        let (word, bit) = place(number);
        if level {
            self.latched[word] |= bit & self.edge[word] & !self.level[word];
            self.level[word] |= bit;
        } else {
            self.level[word] &= !bit;
        }
    }

    /// From pending to active; what is still high stays pending beside.
    pub fn activate(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.latched[word] &= !bit;
        self.active[word] |= bit;
    }

    pub fn deactivate(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.active[word] &= !bit;
    }

    pub fn latch(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.latched[word] |= bit;
    }

    /// 1 for an interrupt of group 1.
    pub fn group(&self, number: u32) -> usize {
        let (word, bit) = place(number);
        usize::from(self.group[word] & bit != 0)
    }

    /// The most urgent of the enabled, pending and not active interrupts whose bits `allowed` gives for each word; of equals the
    /// lowest number.
    pub fn best(&self, allowed: impl Fn(usize) -> u32) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for word in 0..self.words() {
            let mut ready = self.pending(word) & self.enabled[word] & !self.active[word];
            if ready != 0 {
                ready &= allowed(word);
            }
            while ready != 0 {
                let number = word as u32 * 32 + ready.trailing_zeros();
                ready &= ready - 1;
                let priority = self.priority[number as usize];
                if best.is_none_or(|best| priority < best.priority) {
                    best = Some(Candidate { number, priority });
                }
            }
        }
        best
    }

    /// Four priorities from `number` on, as a register has them.
    pub fn priorities(&self, number: usize) -> u32 {
        u32::from_le_bytes(self.priority[number..number + 4].try_into().expect("four"))
    }

    /// Sets those of four priorities that are in `lanes`; `implemented` has the bits that priorities have.
    pub fn set_priorities(&mut self, number: usize, value: u32, lanes: u32, implemented: u8) {
        let bytes = (self.priorities(number) & !lanes | value & lanes).to_le_bytes();
        for (priority, byte) in self.priority[number..number + 4].iter_mut().zip(bytes) {
            *priority = byte & implemented;
        }
    }

    /// Sixteen two-bit fields of `ICFGR`, from interrupt 16 `half` on: bit 1 says edge-triggered.
    pub fn configuration(&self, half: usize) -> u32 {
        let bits = self.edge[half / 2] >> (half % 2 * 16);
        (0..16).filter(|n| bits >> n & 1 != 0).fold(0, |all, n| all | 2 << (2 * n))
    }

    /// Sets those of sixteen configurations that are in `lanes`.
    pub fn set_configuration(&mut self, half: usize, value: u32, lanes: u32) {
        for n in (0..16).filter(|n| lanes >> (2 * n + 1) & 1 != 0) {
            let (word, bit) = place(half as u32 * 16 + n);
            if value >> (2 * n + 1) & 1 != 0 {
                self.edge[word] |= bit;
            } else {
                self.edge[word] &= !bit;
            }
        }
    }
}

pub(super) fn place(number: u32) -> (usize, u32) {
    ((number / 32) as usize, 1 << (number % 32))
}

/// The priorities that are being served at one CPU interface, a bit for each preemption level and group: the active priorities
/// registers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ActivePriorities {
    /// By group: bit n is preemption level n, of which 0 is the most urgent.
    pub levels: [u128; 2],
}

impl ActivePriorities {
    pub fn push(&mut self, group: usize, level: u32) {
        self.levels[group] |= 1 << level;
    }

    /// Drops the most urgent level of one group: what a priority drop does there.
    pub fn pop(&mut self, group: usize) {
        self.levels[group] &= self.levels[group].wrapping_sub(1);
    }

    /// The most urgent level and its group; none if nothing is served.
    pub fn running(&self) -> Option<(u32, usize)> {
        let levels = self.levels.map(u128::trailing_zeros);
        let group = usize::from(levels[1] < levels[0]);
        (levels[group] < 128).then_some((levels[group], group))
    }
}
