import { expect } from "chai";

import type { Action } from "../../../../relayer/domain/action/action.ts";
import { type ActionView, countFutile, stateOfAction } from "../../../../relayer/domain/action/action-view.ts";
import { ACTIONS_KEPT } from "../../../../relayer/domain/action/reduce-action.ts";
import { planInputOf } from "../../../../relayer/domain/policy/plan-input.ts";
import type { Observation } from "../../../../relayer/domain/world/observation.ts";
import { reduce } from "../../../../relayer/domain/world/reduce.ts";
import { EMPTY_WORLD, type World } from "../../../../relayer/domain/world/world.ts";
import { EIDS, T0, aBlock, aHubState, aMarketWord, aWord, wordsWith } from "../../../support/builders.ts";

const EID = EIDS[0]!;
const NEED = aWord({ caution: T0 });

const anAction = (id = "act-1"): Action => ({
  id,
  decision: "0xdd",
  kind: "raise",
  eid: EID,
  deadline: T0 + 600,
  needs: [{ market: 1, word: NEED }],
});

/** A destination whose market 1 has these stamps of caution. */
function aDestination({ latest = 0, finalised = 0, time = T0 }) {
  const at = (caution: number) => ({
    block: aBlock(100, { timestamp: time }),
    state: aHubState({ meshWords: wordsWith(aMarketWord({ caution })) }),
  });
  return { latest: at(latest), finalised: at(finalised) };
}

function aView(differs: Partial<ActionView> = {}): ActionView {
  return { action: anAction(), openedAtMs: 0, transactions: [], abandoned: null, ...differs };
}

const tell = (world: World, ...observations: readonly Observation[]): World =>
  observations.reduce((told, observation) => reduce(told, observation).world, world);
const opened = (action: Action): Observation => ({ kind: "action-opened", action, atMs: 5 });

describe("action", () => {
  describe("when its state is asked", () => {
    it("is open while its lanes are missing", () => {
      expect(stateOfAction(aView(), aDestination({ latest: T0 - 1 }))).to.equal("open");
      expect(stateOfAction(aView(), null)).to.equal("open");
    });

    it("is confirmed once the head covers them, by whatever path they came", () => {
      expect(stateOfAction(aView(), aDestination({ latest: T0 + 7 }))).to.equal("confirmed");
    });

    it("is final once the finalised state covers them", () => {
      expect(stateOfAction(aView(), aDestination({ latest: T0, finalised: T0 }))).to.equal("final");
    });

    it("expires when its destination's time has passed the deadline", () => {
      expect(stateOfAction(aView(), aDestination({ time: T0 + 600 }))).to.equal("open");
      expect(stateOfAction(aView(), aDestination({ time: T0 + 601 }))).to.equal("expired");
    });

    it("says confirmed even when it was given up before", () => {
      const abandoned = { reason: "exhausted", atMs: 9 } as const;

      expect(stateOfAction(aView({ abandoned }), aDestination({}))).to.equal("abandoned");
      expect(stateOfAction(aView({ abandoned }), aDestination({ latest: T0 }))).to.equal("confirmed");
    });
  });

  describe("when transactions are counted that cannot help", () => {
    it("counts reverted ones, and mined ones that the cursor has passed", () => {
      const tx = { txHash: "0x01", sentAtMs: 1 } as const;
      const view = aView({
        transactions: [
          { ...tx, status: "reverted", blockNumber: 90 },
          { ...tx, status: "success", blockNumber: 98 },
          { ...tx, status: "success", blockNumber: 99 },
          { ...tx, status: "success", blockNumber: 100 },
          { ...tx, status: "success", blockNumber: 101 },
          { ...tx, status: "pending", blockNumber: null },
        ],
      });

      expect(countFutile(view, 100)).to.equal(4);
    });
  });

  describe("when observed", () => {
    const chain: Observation = { kind: "snapshot-taken", eid: EID, snapshot: { ...aHubState(), block: aBlock(100) } };
    const sent: Observation = { kind: "action-sent", action: "act-1", txHash: "0x01", atMs: 7 };
    const mined: Observation = {
      kind: "action-mined",
      action: "act-1",
      txHash: "0x01",
      status: "success",
      blockNumber: 102,
    };

    it("remembers its transactions and what became of them", () => {
      const world = tell(EMPTY_WORLD, opened(anAction()), sent, mined);

      expect(world.actions.get("act-1")?.transactions).to.deep.equal([
        { txHash: "0x01", sentAtMs: 7, status: "success", blockNumber: 102 },
      ]);
    });

    it("is opened once", () => {
      const world = tell(EMPTY_WORLD, opened(anAction()), sent);

      expect(reduce(world, opened(anAction())).world).to.equal(world);
    });

    it("has its transactions pending again after a reorg below them, and only after that", () => {
      const to = aBlock(103);
      const read: Observation = { kind: "blocks-read", eid: EID, to, isHead: true, events: [] };
      const world = tell(EMPTY_WORLD, chain, opened(anAction()), sent, mined, read);
      const rewound = { kind: "rewound", eid: EID, ancestor: aBlock(100) } as const;

      const status = (of: World) => of.actions.get("act-1")?.transactions.map((transaction) => transaction.status);
      expect(status(tell(world, { ...rewound, cause: "reorg" }))).to.deep.equal(["pending"]);
      expect(status(tell(world, { ...rewound, cause: "gap" }))).to.deep.equal(["success"]);
    });

    it("is a finding when nobody opened it", () => {
      const { world, findings } = reduce(EMPTY_WORLD, sent);

      expect(world).to.equal(EMPTY_WORLD);
      expect(findings.map(({ kind }) => kind)).to.deep.equal(["unknown-action"]);
    });

    it("is forgotten once it is over and many came after it; open ones never are", () => {
      const over: Observation = { kind: "action-abandoned", action: "act-0", reason: "expired", atMs: 9 };
      let world = tell(EMPTY_WORLD, chain, opened(anAction("act-0")), over, opened(anAction("act-open")));
      for (let number = 1; number <= ACTIONS_KEPT; number++) world = tell(world, opened(anAction(`act-${number}`)));

      expect(world.actions.has("act-0")).to.equal(false);
      expect(world.actions.size).to.equal(ACTIONS_KEPT + 1);
    });
  });

  describe("when planning asks what is on its way", () => {
    const chain: Observation = {
      kind: "snapshot-taken",
      eid: EID,
      snapshot: { ...aHubState(), block: aBlock(100, { timestamp: T0 }) },
    };
    const inFlight = (world: World, nowMs: number) => planInputOf(world, [], nowMs).inFlight;

    it("names open actions, merged by market", () => {
      const more = { ...anAction("act-2"), needs: [{ market: 1, word: aWord({ halted: T0 }) }] };

      expect(inFlight(tell(EMPTY_WORLD, chain, opened(anAction()), opened(more)), 0)).to.deep.equal([
        { eid: EID, entries: [{ market: 1, word: aWord({ caution: T0, halted: T0 }) }] },
      ]);
    });

    it("names exhausted ones for a while, expired ones no more", () => {
      const abandoned = (reason: "exhausted" | "expired"): World =>
        tell(EMPTY_WORLD, chain, opened(anAction()), {
          kind: "action-abandoned",
          action: "act-1",
          reason,
          atMs: 1_000,
        });

      expect(inFlight(abandoned("exhausted"), 60_999)).to.have.length(1);
      expect(inFlight(abandoned("exhausted"), 61_000)).to.have.length(0);
      expect(inFlight(abandoned("expired"), 1_000)).to.have.length(0);
    });
  });
});
