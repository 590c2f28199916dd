import { systemClock } from "../../../relayer/adapters/clock/system-clock.ts";
import { createEvmChain } from "../../../relayer/adapters/evm/evm-chain.ts";
import { createJournalWriter } from "../../../relayer/app/journal-writer.ts";
import { createLedger } from "../../../relayer/app/ledger.ts";
import { createLoops } from "../../../relayer/app/loops.ts";
import { createObserver } from "../../../relayer/app/observe/observe-chain.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import type { Hex } from "../../../relayer/domain/hex.ts";
import { FakeJournal } from "../../support/fake-journal.ts";
import { FakeLog } from "../../support/fake-log.ts";
import { FakeMetrics } from "../../support/fake-metrics.ts";
import type { Target } from "../fanout/bench-chain.ts";

const POLL_MS = 1_000;
const READY_POLL_MS = 20;

export interface DetectorOptions {
  readonly meshId: string;
  /** An assertion is in the world. */
  readonly onAsserted: () => void;
}

/** The reading half of a relayer: its observer of one chain, with websocket and a poll of a second, until this thread ends. */
export async function startDetector(target: Target, { meshId, onAsserted }: DetectorOptions): Promise<void> {
  const { name, hubs, wsUrl } = target;
  const { signal } = new AbortController();
  const [log, metrics] = [new FakeLog(), new FakeMetrics()];
  const journal = createJournalWriter(new FakeJournal(), { log, metrics });
  const ledger = createLedger({ clock: systemClock, journal });
  const chain = createEvmChain({
    ...{ name, eid: eid(target.eid), chainId: target.chainId, startBlock: target.startBlock, wsUrl, operators: [] },
    ...{ hub: hubs.relayed.toLowerCase() as Hex, meshId: meshId.toLowerCase() as Hex, rpcUrls: [target.rpcUrl] },
    ...{ finality: { tag: "finalized" }, maxLogRange: 2_000, walletKey: null },
  });
  const halt = (error: Error) => process.stderr.write(`detect: ${error.message}\n`);
  const context = { clock: systemClock, log, metrics, ledger, signal, halt };
  const feed = { chain, pollMs: POLL_MS, maxLogRange: 2_000, quorum: 1, finalityStallSeconds: 604_800 };
  ledger.onChange(({ observation }) => {
    if (observation.kind !== "blocks-read") return;
    if (observation.events.some(({ event }) => event.kind === "asserted")) onAsserted();
  });
  void createObserver(feed, context).run(createLoops({ clock: systemClock, log, metrics }));
  while (ledger.world.chains.get(chain.eid)?.isCaughtUp !== true) await systemClock.sleep(READY_POLL_MS, signal);
}
