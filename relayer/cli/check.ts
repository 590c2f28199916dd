import type { Hex } from "../domain/hex.ts";
import { RelayerError } from "../errors.ts";
import type { Chain } from "../ports/chain.ts";
import type { Clock } from "../ports/clock.ts";
import type { ActionQueue } from "../ports/queue.ts";
import type { CheckResult } from "./check-report.ts";

/** How long Redis may take to be connected to. */
const REDIS_MS = 3_000;
const POLL_MS = 50;

/** A chain that can be asked which of its nodes are as configured. */
export interface CheckableChain extends Chain {
  verify(signal: AbortSignal): Promise<readonly { readonly host: string; readonly error: RelayerError | null }[]>;
}

export interface CheckOptions {
  readonly chains: readonly CheckableChain[];
  readonly operators: readonly Hex[];
  readonly queue: ActionQueue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Looks at everything that the relayer would work with, and changes nothing. */
export async function checkSurroundings(options: CheckOptions): Promise<readonly CheckResult[]> {
  const chains = await Promise.all(options.chains.map((chain) => checkChain(chain, options)));
  return [...chains.flat(), { what: "redis", error: await checkQueue(options) }];
}

async function checkChain(chain: CheckableChain, { operators, signal }: CheckOptions): Promise<CheckResult[]> {
  const nodes = await chain.verify(signal);
  const results = nodes.map(({ host, error }): CheckResult => ({ what: `${chain.name} ${host}`, error }));
  if (operators.length === 0 || nodes.every(({ error }) => error !== null)) return results;
  return [...results, await checkOperators(chain, operators, signal)];
}

async function checkOperators(chain: Chain, operators: readonly Hex[], signal: AbortSignal): Promise<CheckResult> {
  const what = `${chain.name} operators`;
  try {
    const { latest } = await chain.heads(signal);
    const accepted = (await chain.snapshot(latest, signal)).operators;
    const strangers = operators.filter((operator) => !accepted.includes(operator));
    if (strangers.length === 0) return { what, error: null };
    const difference = `the hub does not know ${strangers.join(", ")}; add it with setOperator or remove its key`;
    return { what, error: null, difference };
  } catch (error) {
    return { what, error: RelayerError.from(error) };
  }
}

/** A connection takes a moment, and until then everything is refused. */
export async function checkQueue({
  queue,
  clock,
  signal,
}: Pick<CheckOptions, "queue" | "clock" | "signal">): Promise<RelayerError | null> {
  for (const endMs = clock.nowMs() + REDIS_MS; ; await clock.sleep(POLL_MS, signal)) {
    const error = await queue.counts().then(
      () => null,
      (cause: unknown) => RelayerError.from(cause),
    );
    if (error === null || clock.nowMs() > endMs || signal.aborted) return error;
  }
}
