#!/usr/bin/env python3
"""Records what QEMU's board `virt` answers to the accesses of virt.txt, and writes the answers into it.

Needs qemu-system-riscv64 7.2 and riscv64-unknown-elf-gcc (Debian: qemu-system-misc, gcc-riscv64-unknown-elf).
"""

import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent

GUEST = r"""
.option norvc
.globl _start
_start:
    la t0, trap
    csrw mtvec, t0
    la s0, table
next:
    ld s1, 0(s0)            # operation
    ld s2, 8(s0)            # address
    ld s3, 16(s0)           # value
    addi s0, s0, 24
    li s4, 0                # set by a fault
    la t0, jumps
    slli t1, s1, 3
    add t0, t0, t1
    ld t0, 0(t0)
    jr t0
w1: sb s3, 0(s2)
    j next
w2: sh s3, 0(s2)
    j next
w4: sw s3, 0(s2)
    j next
w8: sd s3, 0(s2)
    j next
r1: lbu s3, 0(s2)
    j show
r2: lhu s3, 0(s2)
    j show
r4: lwu s3, 0(s2)
    j show
r8: ld s3, 0(s2)
    j show
mip: csrr s3, mip
    li t0, 0xa88            # MSIP, MTIP, SEIP, MEIP
    and s3, s3, t0
    j show
delay:
    rdtime t0
    li t1, 200000
    add t0, t0, t1
1:  rdtime t1
    bltu t1, t0, 1b
    j next
show:
    bnez s4, fault
    li s5, 60
1:  srl t0, s3, s5
    andi t0, t0, 15
    la t1, digits
    add t0, t0, t1
    mv a1, t0
    jal semi
    addi s5, s5, -4
    bgez s5, 1b
line:
    la a1, newline
    jal semi
    j next
fault:
    la a1, letter_f
    jal semi
    j line
semi:
    li a0, 3
    .balign 16
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    ret
end:
    la a1, stop
    li a0, 0x18
    .balign 16
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    j end
    .balign 4
trap:
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    li s4, 1
    mret
    .data
    .balign 8
stop: .dword 0x20026, 0
jumps: .dword end, w1, w2, w4, w8, r1, r2, r4, r8, mip, delay
digits: .ascii "0123456789abcdef"
newline: .ascii "\n"
letter_f: .ascii "f"
    .balign 8
table:
"""

OPERATIONS = ["end", "w1", "w2", "w4", "w8", "r1", "r2", "r4", "r8", "m", "d"]


def main():
    script = HERE / "virt.txt"
    lines = script.read_text().splitlines()
    table = ""
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        address = words[1] if words[0][0] in "rw" else "0"
        value = words[2] if words[0][0] == "w" else "0"
        table += f".dword {OPERATIONS.index(words[0])}, 0x{address}, 0x{value}\n"
    with tempfile.TemporaryDirectory() as folder:
        source, elf = pathlib.Path(folder, "guest.S"), pathlib.Path(folder, "guest.elf")
        source.write_text(GUEST + table + ".dword 0, 0, 0\n")
        compiler = ["riscv64-unknown-elf-gcc", "-march=rv64imac_zicsr", "-mabi=lp64", "-mcmodel=medany", "-nostdlib"]
        subprocess.run([*compiler, "-Wl,-Ttext=0x80000000", source, "-o", elf], check=True)
        qemu = ["qemu-system-riscv64", "-M", "virt", "-display", "none", "-monitor", "none", "-serial", "null"]
        semihosting = ["-bios", "none", "-semihosting-config", "enable=on,target=native", "-kernel", elf]
        run = subprocess.run([*qemu, *semihosting], check=True, timeout=60, capture_output=True, text=True)
    answers = iter((run.stdout + run.stderr).split())
    for i, line in enumerate(lines):
        words = line.split()
        if words and words[0][0] in "rm":
            answer = next(answers)
            answer = "fault" if answer == "f" else f"{int(answer, 16):x}"
            lines[i] = " ".join(words[: 2 if words[0][0] == "r" else 1] + [answer])
    assert next(answers, None) is None, "QEMU gave more answers than were asked"
    script.write_text("\n".join(lines) + "\n")


main()
