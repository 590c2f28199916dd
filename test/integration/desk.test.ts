import { expect } from "chai";

import { createDirectiveSigner } from "../../relayer/adapters/evm/directive-signer.ts";
import type { EvmChain } from "../../relayer/adapters/evm/evm-chain.ts";
import { createEvmVenue } from "../../relayer/adapters/evm/venue/evm-venue.ts";
import { keccakHasher } from "../../relayer/adapters/evm/hasher.ts";
import { Lifecycle } from "../../relayer/app/lifecycle.ts";
import { makePolicy, startRelayer } from "../../relayer/app/relayer.ts";
import { replayJournal } from "../../relayer/app/verify/replay-journal.ts";
import { verifyDecision } from "../../relayer/app/verify/verify-decision.ts";
import { INSTRUCTION_KINDS } from "../../relayer/domain/desk/instruction.ts";
import type { Rules } from "../../relayer/domain/policy/policy.ts";
import { systemClock } from "../../relayer/adapters/clock/system-clock.ts";
import type { RelayerStatus } from "../../relayer/ports/status.ts";
import { ONE } from "../../scripts/venue-study/house.ts";
import { FakeJournal } from "../support/fake-journal.ts";
import { FakeLog } from "../support/fake-log.ts";
import { MIRROR } from "../support/fake-mesh.ts";
import { FakeMetrics } from "../support/fake-metrics.ts";
import { FakeQueue } from "../support/fake-queue.ts";
import { openInProcessChain } from "../support/in-process-chain.ts";
import {
  createInProcessNode,
  deployInProcessHub,
  type InProcessHub,
  MESH_ID,
  OPERATOR_KEYS,
} from "../support/in-process-hub.ts";
import { deployInProcessHouse, type InProcessHouse } from "../support/in-process-house.ts";

const LOTS = 10_000n;
const WAIT_MS = 60_000;

/** A crowded market is capped at what it is, and its own fund is filled from the shared one. */
const RULES: Rules = {
  mirror: MIRROR,
  cap: {
    holdSeconds: 3_600,
    global: [],
    fromPpm: 800_000,
    crowdedPpm: 500_000,
    leastOpenInterestUnits: 1,
    stepPpm: 50_000,
  },
  cover: { ownPpm: 1_000_000, leastLossUnits: 1, keepPpm: 2_000_000, sharedKeepUnits: 0 },
};

/** From the venue's events to an envelope that holds: the whole way, on real contracts. */
describe("corrective actions on a chain", function () {
  this.timeout(180_000);

  const signer = createDirectiveSigner(MESH_ID, OPERATOR_KEYS);
  let hosts: readonly InProcessHub[];
  let houses: readonly InProcessHouse[];
  let chains: readonly EvmChain[];

  before(async () => {
    const { operators } = signer;
    hosts = await Promise.all((["chain0", "chain1"] as const).map((chain) => deployInProcessHub({ chain, operators })));
    houses = await Promise.all(hosts.map((host) => deployInProcessHouse(host)));
    chains = await Promise.all(
      hosts.map((host, index) => {
        const desk = houses[index]!.deskAddress;
        return openInProcessChain(host, { operators, desk, maxLogRange: 1_000 });
      }),
    );
  });
  after(async () => {
    await Promise.all(chains.map((chain) => chain.close()));
    await Promise.all(hosts.map((host) => host.close()));
  });

  const venueOf = (index: number) => {
    const host = hosts[index]!;
    const { address, startBlock, deskAddress: desk } = houses[index]!;
    const venue = { address, startBlock, desk };
    const common = { ...host, hub: host.address, name: `chain-${host.chainId}`, meshId: MESH_ID, maxLogRange: 1_000 };
    const reader = createEvmVenue({
      ...common,
      venue,
      rpcUrls: ["in-process"],
      createNode: () => createInProcessNode(host),
    });
    return { venue: reader, maxLogRange: 1_000, accountsChecked: 8, recheckSeconds: 60 };
  };
  const views = async (index: number) => {
    const { house } = houses[index]!;
    const envelope = (await house.getFunction("envelope")(1)) as { openInterestCap: bigint; until: bigint };
    const fund = (await house.getFunction("fundOf")(1)) as bigint;
    return { ...{ cap: envelope.openInterestCap, until: envelope.until }, fund };
  };

  it("go from the venue's events to an envelope and a move on the chain that needs them, each in one transaction", async () => {
    await houses[0]!.trade(LOTS);
    const before = await Promise.all([views(0), views(1)]);
    expect(before.map(({ until }) => until)).to.deep.equal([0n, 0n]);
    const [log, metrics, journal] = [new FakeLog(), new FakeMetrics(), new FakeJournal()];
    const life = new Lifecycle(log, systemClock);
    const venues = [venueOf(0), venueOf(1)];
    const feeds = chains.map((chain) => ({
      chain,
      pollMs: 100,
      maxLogRange: 1_000,
      quorum: 1,
      finalityStallSeconds: 3_600,
    }));
    const common = { clock: systemClock, hasher: keccakHasher, metrics, log, journal, signer, fleet: null };
    const desks = chains.map((chain) => chain.desk!);
    const ports = { ...common, feeds, venues, desks, queue: new FakeQueue({ clock: systemClock }) };
    const { mirror, ...rules } = RULES;
    const status = startRelayer(ports, { mirror, rules, instructs: INSTRUCTION_KINDS, onHalt: () => undefined }, life);

    await ends(status, hosts);
    await life.stop();

    const [capped, calm] = await Promise.all([views(0), views(1)]);
    expect(capped.cap).to.equal(LOTS * ONE);
    expect(capped.until > 0n && capped.fund > before[0]!.fund).to.equal(true);
    expect(calm).to.deep.equal(before[1]);
    const told = status.instructions();
    const kinds = told.map(({ kind }) => kind).filter((kind, index, all) => all.indexOf(kind) === index);
    expect(kinds).to.have.members(["open-interest-cap", "insurance-move"]);
    for (const { deliveries } of told.filter(({ deliveries: of }) => of[0]?.state === "final")) {
      expect(deliveries.map(({ transactions }) => transactions.length)).to.deep.equal([1]);
    }
    await holdsUp(journal);
    await replaysAlike(journal, status);
    for (const { venue } of venues) await venue.close();
  });

  /** Anybody with an archive of the chains makes the decisions again, byte for byte, and finds their hashes on chain. */
  async function holdsUp(journal: FakeJournal): Promise<void> {
    const decisions = journal.entries.filter((entry) => entry.kind === "decision");
    expect(decisions.length).to.be.at.least(2);
    const policy = makePolicy({ hasher: keccakHasher }, RULES);
    const again = [venueOf(0), venueOf(1)];
    const ports = {
      chains: new Map(chains.map((chain) => [chain.eid, chain])),
      venues: new Map(again.map((watch) => [watch.venue.eid, watch])),
      hasher: keccakHasher,
      signal: new AbortController().signal,
    };
    const first = await verifyDecision(decisions[0]!.text, policy, ports);
    expect(first).to.deep.include({ isSame: true, differences: [] });
    const { desk } = houses[0]!;
    const executed = await desk.queryFilter("InstructionExecuted");
    const hashes = executed.map((event) => event.topics[2]);
    expect(decisions.map(({ hash }) => hash)).to.include.members(hashes);
    for (const { venue } of again) await venue.close();
  }

  /** From the journal alone: the same decisions byte for byte, and every line of the story as it was told live. */
  async function replaysAlike(journal: FakeJournal, status: RelayerStatus): Promise<void> {
    const { decisions, timeline } = await replayJournal(journal, keccakHasher);
    expect(decisions.length).to.be.at.least(2);
    expect(decisions.filter(({ verdict }) => verdict !== "same")).to.deep.equal([]);
    const replayed = [...timeline.values()].map(({ id, timeline: items }) => ({ id, items }));
    const live = status.incidents().map(({ id }) => ({ id, items: status.incident(id)?.timeline }));
    expect(replayed.toReversed()).to.deep.equal(live);
    const steps = replayed.flatMap(({ items }) => items.map(({ what }) => what));
    expect(steps).to.include.members(["decided", "instructed", "sent", "carried-out", "final"]);
  }
});

/** Until a cap and a move are final. Blocks come by themselves, at the pace of a quick chain. */
async function ends(status: RelayerStatus, hosts: readonly InProcessHub[]): Promise<void> {
  const isFinal = (kind: string) =>
    status.instructions().some((told) => told.kind === kind && told.deliveries.every(({ state }) => state === "final"));
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += 250) {
    if (isFinal("open-interest-cap") && isFinal("insurance-move")) return;
    for (const host of hosts) await host.request("hardhat_mine", ["0x1"]);
    await systemClock.sleep(250, new AbortController().signal);
  }
}
