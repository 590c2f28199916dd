/** Cases for each property: quick by default, as many as one likes with FUZZ_RUNS in the environment. */
export const FUZZ = { numRuns: Number(process.env["FUZZ_RUNS"] ?? 100) };
