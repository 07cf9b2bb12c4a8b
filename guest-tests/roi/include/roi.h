// Regions of interest for programs that run on emu: what runs between roi_begin(N) and roi_end(N) is counted by itself. Each is one
// instruction that does nothing anywhere else, so a program may keep them.
//
//   RISC-V   begin: slti  x0, x0, N      end: sltiu x0, x0, N      (hints for custom use, unprivileged manual 2.9)
//   AArch64  begin: movz  xzr, #N        end: movn  xzr, #N        (write nothing; the 64-bit forms with no shift)
//
// N is a constant from 0 to 2047; the region is called "hint N". Regions may nest, in themselves too: then only the outermost pass counts.
#ifndef EMU_ROI_H
#define EMU_ROI_H

#if defined(__riscv)
#define roi_begin(n) __asm__ volatile("slti x0, x0, %0" : : "i"(n) : "memory")
#define roi_end(n) __asm__ volatile("sltiu x0, x0, %0" : : "i"(n) : "memory")
#elif defined(__aarch64__)
#define roi_begin(n) __asm__ volatile("movz xzr, #%c0" : : "i"(n) : "memory")
#define roi_end(n) __asm__ volatile("movn xzr, #%c0" : : "i"(n) : "memory")
#else
#define roi_begin(n) ((void)(n))
#define roi_end(n) ((void)(n))
#endif

#endif
