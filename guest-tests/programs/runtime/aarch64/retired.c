// `retired` by the performance monitors: event counter 0 counts INST_RETIRED from the first call on.
#include "runtime.h"

enum { INST_RETIRED = 8, COUNTER_0 = 1, PMCR_E = 1 };

unsigned long retired(void) {
    static int counts;
    unsigned long count;
    if (!counts) {
        counts = 1;
        __asm__ volatile("msr pmevtyper0_el0, %0" ::"r"((unsigned long)INST_RETIRED));
        __asm__ volatile("msr pmevcntr0_el0, xzr");
        __asm__ volatile("msr pmcntenset_el0, %0" ::"r"((unsigned long)COUNTER_0));
        __asm__ volatile("msr pmcr_el0, %0" ::"r"((unsigned long)PMCR_E));
        __asm__ volatile("isb" ::: "memory");
    }
    __asm__ volatile("mrs %0, pmevcntr0_el0" : "=r"(count)::"memory");
    return count;
}
