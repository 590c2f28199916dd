/** Senders that are told apart at the most; what is forgotten first has been silent the longest. */
const SENDERS_MAX = 1_024;

export interface RateLimitOptions {
  /** Requests that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
  readonly nowMs: () => number;
}

/** A token bucket for each sender. */
export interface RateLimit {
  /** Takes one token of `sender`; false when there is none. */
  take(sender: string): boolean;
}

export function createRateLimit({ burst, perSecond, nowMs }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { readonly tokens: number; readonly atMs: number }>();
  return {
    take(sender) {
      const [now, bucket] = [nowMs(), buckets.get(sender)];
      const gained = bucket === undefined ? burst : ((now - bucket.atMs) / 1_000) * perSecond;
      const tokens = Math.min(burst, (bucket?.tokens ?? 0) + gained);
      buckets.delete(sender);
      buckets.set(sender, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: now });
      for (const other of buckets.keys()) if (buckets.size > SENDERS_MAX) buckets.delete(other);
      return tokens >= 1;
    },
  };
}

/** Remembers nonces for as long as their messages could be taken for new. */
export interface ReplayGuard {
  /** False when `nonce` was here before. */
  admit(nonce: string): boolean;
}

export function createReplayGuard({ keepMs, nowMs }: { keepMs: number; nowMs: () => number }): ReplayGuard {
  /** nonce => when it came; oldest first */
  const seen = new Map<string, number>();
  return {
    admit(nonce) {
      const now = nowMs();
      for (const [old, atMs] of seen) {
        if (now - atMs <= keepMs) break;
        seen.delete(old);
      }
      if (seen.has(nonce)) return false;
      seen.set(nonce, now);
      return true;
    },
  };
}
