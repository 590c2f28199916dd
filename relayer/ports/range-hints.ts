/**
 * How many blocks one request for logs may span, by endpoint, as an earlier process learned it. A hint and nothing more:
 * without it the first requests are refused and halved again.
 */
export interface RangeHints {
  /** What was learned of the endpoint at `host`; null when nothing was. */
  recall(host: string): number | null;
  /** Keeps `width` for the next process. Never fails, and returns at once. */
  learn(host: string, width: number): void;
}
