/* The least that stress can cost: equity of every account in every scenario, summed where it is negative. One pass over
 * packed columns, no attribution to markets, nothing kept for later. Prints the median milliseconds and the sum. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 9, SCENARIOS_MAX = 64 };

static void *read_column(FILE *file, size_t width, size_t count) {
  void *column = malloc(width * count);
  if (column == NULL || fread(column, width, count, file) != count) exit(1);
  return column;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) return 1;
  int32_t *head = read_column(file, sizeof(int32_t), 4);
  int32_t accounts = head[0], per_account = head[1], scenarios = head[2], rows = head[3];
  if (scenarios > SCENARIOS_MAX) return 1;
  size_t positions = (size_t)accounts * (size_t)per_account;
  double *cash = read_column(file, sizeof(double), (size_t)accounts);
  double *lots = read_column(file, sizeof(double), positions);
  double *cost = read_column(file, sizeof(double), positions);
  double *marks = read_column(file, sizeof(double), (size_t)rows * (size_t)scenarios);
  uint8_t *row = read_column(file, 1, positions);

  double times[ROUNDS];
  double total = 0;
  for (int round = 0; round < ROUNDS; round++) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    double sums[SCENARIOS_MAX] = {0};
    for (int32_t account = 0; account < accounts; account++) {
      double equity[SCENARIOS_MAX];
      for (int32_t s = 0; s < scenarios; s++) equity[s] = cash[account];
      for (int32_t i = 0; i < per_account; i++) {
        size_t at = (size_t)account * (size_t)per_account + (size_t)i;
        const double *mark = marks + (size_t)row[at] * (size_t)scenarios;
        for (int32_t s = 0; s < scenarios; s++) equity[s] += lots[at] * mark[s] - cost[at];
      }
      for (int32_t s = 0; s < scenarios; s++) {
        if (equity[s] < 0) sums[s] += ceil(-equity[s]);
      }
    }
    total = 0;
    for (int32_t s = 0; s < scenarios; s++) total += sums[s];
    clock_gettime(CLOCK_MONOTONIC, &end);
    times[round] = (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
  }
  qsort(times, ROUNDS, sizeof(double), compare);
  printf("%f %.0f\n", times[ROUNDS / 2], total);
  return 0;
}
