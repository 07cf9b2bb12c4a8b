// The four functions that a C compiler may call on its own, in their plainest form.
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        ((char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
    if (to <= from) {
        return memcpy(to, from, bytes);
    }
    for (size_t i = bytes; i-- > 0;) {
        ((char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

void *memset(void *to, int value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        ((char *)to)[i] = (char)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        int difference = ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
        if (difference) {
            return difference;
        }
    }
    return 0;
}
