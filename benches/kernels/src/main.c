// Runs one kernel: exit code 0 if its checksum is the one that the build was given (SCALE, EXPECT), 1 if it is not.
// On the host an argument makes it print the checksum instead; that is how the constants were made.
#include "kernel.h"

// The compiler must not know the size of the work.
static volatile uint32_t scale = SCALE;

#ifdef NATIVE
#include <stdio.h>

int main(int count, char **arguments) {
    uint32_t sum = kernel(scale);
    if (count > 1) {
        printf("%s 0x%08x\n", arguments[1], sum);
        return 0;
    }
    return sum == EXPECT ? 0 : 1;
}
#else
int main(void) {
    return kernel(scale) == EXPECT ? 0 : 1;
}
#endif
