#!/usr/bin/env python3
"""Records what QEMU's Arm board `virt` answers to the accesses of arm-virt-gic2.txt and arm-virt-gic3.txt, and writes the
answers into them; and the device trees that it gives, into arm-virt-gic2.tree and arm-virt-gic3.tree.

Needs qemu-system-aarch64 7.2 and aarch64-linux-gnu-gcc (Debian: qemu-system-arm, gcc-aarch64-linux-gnu).
"""

import pathlib
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent

BEGIN = r"""
.globl _start
_start:
    adr x0, vectors
    msr vbar_el1, x0
    msr daifset, #15
    isb
"""

END = r"""
    adr x1, stop
    mov w0, #0x18
    hlt #0xf000
    b .
show:                       // x3, or f if x4 says that there was an exception
    mov x10, x30
    cbnz x4, 2f
    mov x5, #60
1:  lsr x6, x3, x5
    and x6, x6, #15
    adr x1, digits
    add x1, x1, x6
    mov w0, #3
    hlt #0xf000
    subs x5, x5, #4
    b.ge 1b
3:  adr x1, newline
    mov w0, #3
    hlt #0xf000
    ret x10
2:  adr x1, letter_f
    mov w0, #3
    hlt #0xf000
    b 3b
    .balign 2048
vectors:
    .skip 0x200
    mrs x7, elr_el1
    add x7, x7, #4
    msr elr_el1, x7
    mov x4, #1
    eret
    .balign 8
stop: .quad 0x20026, 0
digits: .ascii "0123456789abcdef"
newline: .ascii "\n"
letter_f: .ascii "f"
"""

STORES = {"1": "strb w3", "2": "strh w3", "4": "str w3", "8": "str x3"}
LOADS = {"1": "ldrb w3", "2": "ldrh w3", "4": "ldr w3", "8": "ldr x3"}

# System registers that binutils does not know by name.
NAMES = {
    "icc_iar0_el1": "s3_0_c12_c8_0", "icc_eoir0_el1": "s3_0_c12_c8_1", "icc_hppir0_el1": "s3_0_c12_c8_2",
    "icc_bpr0_el1": "s3_0_c12_c8_3", "icc_ap0r0_el1": "s3_0_c12_c8_4", "icc_ap1r0_el1": "s3_0_c12_c9_0",
    "icc_dir_el1": "s3_0_c12_c11_1", "icc_rpr_el1": "s3_0_c12_c11_3", "icc_sgi1r_el1": "s3_0_c12_c11_5",
    "icc_asgi1r_el1": "s3_0_c12_c11_6", "icc_sgi0r_el1": "s3_0_c12_c11_7", "icc_iar1_el1": "s3_0_c12_c12_0",
    "icc_eoir1_el1": "s3_0_c12_c12_1", "icc_hppir1_el1": "s3_0_c12_c12_2", "icc_bpr1_el1": "s3_0_c12_c12_3",
    "icc_ctlr_el1": "s3_0_c12_c12_4", "icc_sre_el1": "s3_0_c12_c12_5", "icc_igrpen0_el1": "s3_0_c12_c12_6",
    "icc_igrpen1_el1": "s3_0_c12_c12_7", "icc_pmr_el1": "s3_0_c4_c6_0",
}


def code(words):
    """Assembly for one line of a script."""
    kind, rest = words[0][0], words[1:]
    lines = ["mov x4, #0"]
    if kind in "rw":
        lines.append(f"ldr x2, =0x{rest[0]}")
    if kind == "w":
        lines += [f"ldr x3, =0x{rest[1]}", f"{STORES[words[0][1]]}, [x2]"]
    elif kind == "r":
        lines.append(f"{LOADS[words[0][1]]}, [x2]")
    elif kind == "s":
        lines += [f"ldr x3, =0x{rest[1]}", f"msr {NAMES[rest[0]]}, x3", "isb"]
    elif kind == "g":
        lines += [f"mrs x3, {NAMES[rest[0]]}", "isb"]
    elif kind == "m":
        lines += ["isb", "mrs x3, isr_el1"]
    elif kind == "d":
        # 20 ms at 62.5 MHz.
        lines += ["mrs x2, cntpct_el0", "ldr x3, =1250000", "add x2, x2, x3", "1: mrs x3, cntpct_el0", "cmp x3, x2", "b.lo 1b"]
    if kind in "rgm":
        lines.append("bl show")
    return "\n".join(lines + ["b 9f", ".ltorg", "9:"])


def qemu(version, *more):
    machine = ["qemu-system-aarch64", "-M", f"virt,gic-version={version}", "-cpu", "cortex-a72", "-display", "none"]
    return [*machine, "-monitor", "none", "-serial", "null", "-nic", "none", *more]


def record(version, folder):
    script = HERE / f"arm-virt-gic{version}.txt"
    lines = script.read_text().splitlines()
    accesses = [words for words in map(str.split, lines) if words and not words[0].startswith("#")]
    source, elf = pathlib.Path(folder, "guest.S"), pathlib.Path(folder, "guest.elf")
    source.write_text(BEGIN + "\n".join(map(code, accesses)) + END)
    compiler = ["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,-Ttext=0x40100000"]
    subprocess.run([*compiler, source, "-o", elf], check=True)
    semihosting = ["-semihosting-config", "enable=on,target=native", "-kernel", elf]
    run = subprocess.run(qemu(version, *semihosting), check=True, timeout=60, capture_output=True, text=True)
    answers = iter((run.stdout + run.stderr).split())
    for i, line in enumerate(lines):
        words = line.split()
        if words and words[0][0] in "rgm":
            answer = next(answers)
            answer = "fault" if answer == "f" else f"{int(answer, 16):x}"
            lines[i] = " ".join(words[: 1 if words[0] == "m" else 2] + [answer])
    assert next(answers, None) is None, "QEMU gave more answers than were asked"
    script.write_text("\n".join(lines) + "\n")


def tree(version, folder):
    """The device tree as text: each property with its node's path, 32-bit cells in hexadecimal."""
    blob = pathlib.Path(folder, "tree.dtb")
    subprocess.run(qemu(version, "-smp", "2", "-m", "256M", "-M", f"dumpdtb={blob}"), check=True, capture_output=True)
    data = blob.read_bytes()
    word = lambda at: struct.unpack_from(">I", data, at)[0]
    text = lambda at: data[at : data.index(b"\0", at)].decode()
    at, strings, path, out = word(8), word(12), [], []
    while (token := word(at)) != 9:
        at += 4
        if token == 1:
            path.append(text(at))
            out.append("/".join(path) + "/")
            at += len(path[-1]) // 4 * 4 + 4
        elif token == 2:
            path.pop()
        elif token == 3:
            size, name = word(at), text(strings + word(at + 4))
            value = data[at + 8 : at + 8 + size]
            if name.endswith("-seed"):
                value = bytes(size)
            out.append("/".join(path) + "/" + name + shown(value))
            at += 8 + (size + 3) // 4 * 4
    (HERE / f"arm-virt-gic{version}.tree").write_text("\n".join(sorted(out)) + "\n")


def shown(value):
    if not value:
        return ""
    if len(value) > 1 and value[-1] == 0 and value[0] != 0 and all(b == 0 or 32 <= b < 127 for b in value):
        return " = " + ", ".join(f'"{text.decode()}"' for text in value[:-1].split(b"\0"))
    cells = [f"{int.from_bytes(value[i : i + 4], 'big'):x}" for i in range(0, len(value), 4)]
    return f" = <{' '.join(cells)}>"


for version in (2, 3):
    with tempfile.TemporaryDirectory() as folder:
        record(version, folder)
        tree(version, folder)
