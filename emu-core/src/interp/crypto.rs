//! AES, SHA-1 and SHA-256 as Arm divides them into instructions (shared pseudo-code `AESSubBytes`, `SHA256hash` and their
//! kin; FIPS 197 and FIPS 180-4). Tables are worked out when compiling, from the field's definition.

use crate::word::V;

/// Multiplies by x in AES's field.
const fn doubled(n: u8) -> u8 {
    n << 1 ^ if n & 0x80 != 0 { 0x1b } else { 0 }
}

const fn product(a: u8, b: u8) -> u8 {
    let (mut power, mut sum, mut i) = (a, 0, 0);
    while i < 8 {
        if b >> i & 1 != 0 {
            sum ^= power;
        }
        power = doubled(power);
        i += 1;
    }
    sum
}

/// The substitution and its inverse.
const BOXES: ([u8; 256], [u8; 256]) = {
    // Powers of three are all numbers but zero, so that those with opposite exponents are inverse.
    let (mut powers, mut exponents) = ([1u8; 256], [0u8; 256]);
    let mut i = 1;
    while i < 255 {
        powers[i] = powers[i - 1] ^ doubled(powers[i - 1]);
        exponents[powers[i] as usize] = i as u8;
        i += 1;
    }
    let (mut forth, mut back) = ([0; 256], [0; 256]);
    let mut n = 0usize;
    while n < 256 {
        let b = if n == 0 { 0 } else { powers[(255 - exponents[n] as usize) % 255] };
        let s = b ^ b.rotate_left(1) ^ b.rotate_left(2) ^ b.rotate_left(3) ^ b.rotate_left(4) ^ 0x63;
        forth[n] = s;
        back[s as usize] = n as u8;
        n += 1;
    }
    (forth, back)
};
static FORTH: [u8; 256] = BOXES.0;
static BACK: [u8; 256] = BOXES.1;

/// AESE: adds the key, then substitutes and shifts rows.
pub(super) fn encrypt_round(state: V, key: V) -> V {
    let v = xor(state, key).bytes();
    V::of(std::array::from_fn(|i| FORTH[v[(i + 4 * (i % 4)) % 16] as usize]))
}

/// AESD: adds the key, then shifts rows and substitutes back.
pub(super) fn decrypt_round(state: V, key: V) -> V {
    let v = xor(state, key).bytes();
    V::of(std::array::from_fn(|i| BACK[v[(i + 16 - 4 * (i % 4)) % 16] as usize]))
}

/// AESMC.
pub(super) fn mix_columns(v: V) -> V {
    mixed(v, [2, 3, 1, 1])
}

/// AESIMC.
pub(super) fn inverse_mix_columns(v: V) -> V {
    mixed(v, [14, 11, 13, 9])
}

fn mixed(v: V, factors: [u8; 4]) -> V {
    let v = v.bytes();
    V::of(std::array::from_fn(|i| {
        let column = i & !3;
        (0..4).fold(0, |sum, k| sum ^ product(v[column + (i + k) % 4], factors[k]))
    }))
}

fn xor(a: V, b: V) -> V {
    V([a.0[0] ^ b.0[0], a.0[1] ^ b.0[1]])
}

/// SHA1C, SHA1P, SHA1M: four rounds.
pub(super) fn sha1_rounds(abcd: V, e: V, words: V, f: fn(u32, u32, u32) -> u32) -> V {
    let [mut a, mut b, mut c, mut d] = abcd.words();
    let mut e = e.words()[0];
    for word in words.words() {
        let sum = e.wrapping_add(a.rotate_left(5)).wrapping_add(f(b, c, d)).wrapping_add(word);
        (a, b, c, d, e) = (sum, a, b.rotate_left(30), c, d);
    }
    V::of_words([a, b, c, d])
}

/// SHA1SU0.
pub(super) fn sha1_schedule_first(d: V, n: V, m: V) -> V {
    xor(xor(V([d.0[1], n.0[0]]), d), m)
}

/// SHA1SU1.
pub(super) fn sha1_schedule_second(d: V, n: V) -> V {
    let [_, n1, n2, n3] = n.words();
    let [d0, d1, d2, d3] = d.words();
    let first = (d0 ^ n1).rotate_left(1);
    V::of_words([first, (d1 ^ n2).rotate_left(1), (d2 ^ n3).rotate_left(1), d3.rotate_left(1) ^ first.rotate_left(1)])
}

/// SHA256H and SHA256H2: four rounds, both halves of the state.
pub(super) fn sha256_rounds(abcd: V, efgh: V, words: V) -> (V, V) {
    let [mut a, mut b, mut c, mut d] = abcd.words();
    let [mut e, mut f, mut g, mut h] = efgh.words();
    for word in words.words() {
        let choice = ((f ^ g) & e) ^ g;
        let majority = (a & b) | ((a | b) & c);
        let t = h
            .wrapping_add(e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
            .wrapping_add(choice)
            .wrapping_add(word);
        let sum = t.wrapping_add(majority).wrapping_add(a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22));
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t), c, b, a, sum);
    }
    (V::of_words([a, b, c, d]), V::of_words([e, f, g, h]))
}

/// SHA256SU0.
pub(super) fn sha256_schedule_first(d: V, n: V) -> V {
    let [d0, d1, d2, d3] = d.words();
    let next = [d1, d2, d3, n.words()[0]];
    let old = [d0, d1, d2, d3];
    V::of_words(std::array::from_fn(|i| {
        let w = next[i];
        old[i].wrapping_add(w.rotate_right(7) ^ w.rotate_right(18) ^ w >> 3)
    }))
}

/// SHA256SU1.
pub(super) fn sha256_schedule_second(d: V, n: V, m: V) -> V {
    let (d, n, m) = (d.words(), n.words(), m.words());
    let other = [n[1], n[2], n[3], m[0]];
    let sigma = |w: u32| w.rotate_right(17) ^ w.rotate_right(19) ^ w >> 10;
    let mut out = [0u32; 4];
    for i in 0..4 {
        let w = if i < 2 { m[i + 2] } else { out[i - 2] };
        out[i] = sigma(w).wrapping_add(d[i]).wrapping_add(other[i]);
    }
    V::of_words(out)
}
