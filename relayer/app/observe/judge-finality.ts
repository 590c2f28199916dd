import type { BlockRef } from "../../domain/world/block.ts";
import { foldBatches } from "../../domain/world/fold.ts";
import { type HubState, isSameState } from "../../domain/world/hub-state.ts";
import { describeError, RelayerError } from "../../errors.ts";
import { ask, type FinalityJudge, type Reader, requireView } from "./feed.ts";

/** How often it is looked up whether a person has taken a guard down. */
const GUARDS_EVERY_MS = 2_000;

export function createFinalityJudge(): FinalityJudge {
  let readMs = -Infinity;
  let isGuarded = false;
  /** The last finalised state that enough endpoints agreed on. */
  let agreed: HubState | null = null;

  async function lookForGuards(reader: Reader): Promise<void> {
    const { guards, clock } = reader.context;
    if (guards === undefined || clock.nowMs() - readMs < GUARDS_EVERY_MS) return;
    const before = isGuarded;
    isGuarded = await isChainGuarded(reader);
    readMs = clock.nowMs();
    if (isGuarded !== before) announce(reader, isGuarded);
  }

  return {
    async judge(reader, finalised) {
      await lookForGuards(reader);
      const state = stateAt(reader, finalised);
      const isAgreed = reader.feed.quorum <= 1 || (agreed !== null && isSameState(agreed, state));
      if (!isAgreed && (await hasQuorum(reader, finalised, state))) agreed = state;
      const isTrusted = !isGuarded && (isAgreed || agreed === state);
      reader.context.ledger.record({ kind: "trust-changed", eid: reader.feed.chain.eid, isTrusted });
    },
    async condemn(reader, facts) {
      const { guards, clock, log, ledger } = reader.context;
      const { name: chain, eid } = reader.feed.chain;
      ledger.record({ kind: "trust-changed", eid, isTrusted: false });
      isGuarded = true;
      announce(reader, true);
      if (guards === undefined) return;
      const guard = { name: guardNameOf(chain), chain, raisedAtMs: clock.nowMs(), facts };
      // What cannot be written holds in this process; that it can be lost must not stop the reading.
      await guards
        .raise(guard)
        .catch((error: unknown) => log.error({ chain, err: describeError(error) }, "guard not kept"));
    },
  };
}

export function guardNameOf(chain: string): string {
  return `beyond-finality.${chain}`;
}

/** Guards that nobody can read may be raised for any chain. */
async function isChainGuarded({ context, feed }: Reader): Promise<boolean> {
  const { guards, metrics, log } = context;
  const chain = feed.chain.name;
  try {
    return (await guards?.list())?.some((guard) => guard.chain === chain) ?? false;
  } catch (thrown) {
    const error = RelayerError.from(thrown);
    metrics.failed("guards", error.code);
    log.error({ chain, err: describeError(error) }, "guards not readable");
    return true;
  }
}

function announce({ context, feed }: Reader, isGuarded: boolean): void {
  const { log, metrics } = context;
  const facts = { chain: feed.chain.name, guard: guardNameOf(feed.chain.name) };
  metrics.guarded(feed.chain.name, isGuarded);
  if (isGuarded) log.error(facts, "guard raised: nothing is extended on this chain's word until it is acknowledged");
  else log.warn(facts, "guard acknowledged");
}

/** What the hub's state at `finalised` is, from what was read up to there. */
function stateAt(reader: Reader, finalised: BlockRef): HubState {
  const view = requireView(reader);
  return foldBatches(
    view.finalised.state,
    view.batches.filter(({ number }) => number <= finalised.number),
  );
}

/** Whether enough endpoints, each asked by itself, tell that state at that block. */
async function hasQuorum(reader: Reader, finalised: BlockRef, state: HubState): Promise<boolean> {
  const { feed, context } = reader;
  const { chain, quorum } = feed;
  const outcome = await ask(reader, "agreement", (asked, signal) =>
    asked.agreement({ ...state, block: finalised }, quorum, signal),
  );
  if (outcome.agreeing.length >= quorum) return true;
  const { code } = new RelayerError("ENDPOINTS_DISAGREE", `too few endpoints of ${chain.name} agree`);
  context.metrics.failed(chain.name, code);
  const { agreeing, differing } = outcome;
  context.log.warn({ chain: chain.name, code, quorum, block: finalised.number, agreeing, differing }, "no quorum");
  return false;
}
