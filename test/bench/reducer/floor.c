/* The floor of `reducer`: the same additions as relayer/domain/exposure/exposure.ts, without bounds, in C.
 *
 * usage: floor FILE COUNT CHAINS ROUNDS
 * FILE holds COUNT slots of 32 bits, then COUNT amounts of 64 bits, as this machine writes them. Prints a line for each
 * round, its processor time in nanoseconds, and last a line with every sum, for the comparison with ours.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLOTS_PER_CHAIN = 64 };

static int64_t *cells, *by_chain, by_market[SLOTS_PER_CHAIN], mesh[2];
static uint8_t *dirty;

static void scatter(const int32_t *slots, const int64_t *lots, long count) {
    for (long i = 0; i < count; i += 1) {
        const int32_t slot = slots[i];
        const int64_t change = lots[i];
        cells[slot] += change;
        by_chain[((slot >> 6) << 1) | (slot & 1)] += change;
        by_market[slot & 63] += change;
        mesh[slot & 1] += change;
        dirty[slot >> 1] = 1;
    }
}

static int64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    const long count = atol(argv[2]), chains = atol(argv[3]), rounds = atol(argv[4]);
    int32_t *slots = malloc(count * sizeof *slots);
    int64_t *lots = malloc(count * sizeof *lots);
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL || fread(slots, sizeof *slots, count, file) != (size_t)count) return 1;
    if (fread(lots, sizeof *lots, count, file) != (size_t)count) return 1;
    cells = calloc(chains * SLOTS_PER_CHAIN, sizeof *cells);
    by_chain = calloc(chains * 2, sizeof *by_chain);
    dirty = calloc(chains * SLOTS_PER_CHAIN / 2, 1);
    for (long round = 0; round < rounds; round += 1) {
        memset(cells, 0, chains * SLOTS_PER_CHAIN * sizeof *cells);
        memset(by_chain, 0, chains * 2 * sizeof *by_chain);
        memset(by_market, 0, sizeof by_market);
        memset(mesh, 0, sizeof mesh);
        const int64_t begin = cpu_ns();
        scatter(slots, lots, count);
        printf("%" PRId64 "\n", cpu_ns() - begin);
    }
    for (long i = 0; i < chains * SLOTS_PER_CHAIN; i += 1) printf("%" PRId64 " ", cells[i]);
    for (long i = 0; i < chains * 2; i += 1) printf("%" PRId64 " ", by_chain[i]);
    for (long i = 0; i < SLOTS_PER_CHAIN; i += 1) printf("%" PRId64 " ", by_market[i]);
    printf("%" PRId64 " %" PRId64 "\n", mesh[0], mesh[1]);
    return 0;
}
