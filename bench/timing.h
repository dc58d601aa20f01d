/* The clock of the load generators, and what was measured by it. */
#ifndef TIMING_H
#define TIMING_H
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static inline int rising(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

/* Of sorted microseconds: the sample below which this part of them lies. */
static inline double milliseconds_at(const uint32_t *samples, uint64_t count, double part)
{
    return count ? samples[(uint64_t)((double)(count - 1) * part)] / 1000.0 : 0;
}
#endif
