import { expect } from "chai";

import type { HubEvent, LoggedEvent, Merged } from "../../../../relayer/domain/incident/hub-event.ts";
import { EMPTY_WORD, type Word } from "../../../../relayer/domain/incident/word.ts";
import type { HubState } from "../../../../relayer/domain/world/hub-state.ts";
import type { Observation } from "../../../../relayer/domain/world/observation.ts";
import { type Step, reduce } from "../../../../relayer/domain/world/reduce.ts";
import { type ChainView, EMPTY_WORLD, type World } from "../../../../relayer/domain/world/world.ts";
import {
  EIDS,
  OPERATORS,
  T0,
  aBlock,
  aHubState,
  aMarketWord,
  aWord,
  postureOf,
  rungs,
  wordsWith,
} from "../../../support/builders.ts";

const EID = EIDS[0]!;

/** An entry for market 1 that was merged, with the word after it. */
function merged(seq: number, meshWord: Word): Merged {
  const posture = postureOf([0, 1]);
  return { kind: "merged", seq, market: 1, path: "quorum", decision: "0x", meshWord, posture };
}

function logged(blockNumber: number, event: HubEvent, logIndex = 0, fork = 0): LoggedEvent {
  const { hash } = aBlock(blockNumber, { fork });
  return { blockNumber, blockHash: hash, logIndex, txHash: "0x", event };
}

const started = (differs: Partial<HubState> = {}): Observation => ({
  kind: "snapshot-taken",
  eid: EID,
  snapshot: { ...aHubState(differs), block: aBlock(100) },
});

const read = (to: number, events: readonly LoggedEvent[] = [], fork = 0): Observation => ({
  kind: "blocks-read",
  eid: EID,
  to: aBlock(to, { fork }),
  isHead: true,
  events,
});

const finalised = (number: number): Observation => ({ kind: "finalised", eid: EID, block: aBlock(number) });
const rewound = (number: number): Observation => ({
  kind: "rewound",
  eid: EID,
  ancestor: aBlock(number),
  cause: "reorg",
});

/** The last step of a story. */
function tell(...observations: readonly Observation[]): Step {
  return observations.reduce<Step>((step, observation) => reduce(step.world, observation), {
    world: EMPTY_WORLD,
    findings: [],
  });
}

const viewOf = (world: World): ChainView => world.chains.get(EID)!;
const latestOf = ({ world }: Step): HubState => viewOf(world).latest.state;
const kindsOf = ({ findings }: Step): readonly string[] => findings.map(({ kind }) => kind);

const A = aMarketWord({ caution: T0 });
const B = aMarketWord({ caution: T0, reduceOnly: T0 });

describe("reduce", () => {
  describe("when nothing is known of a chain", () => {
    it("takes nothing but a snapshot", () => {
      const step = tell(read(101));

      expect(step.world).to.equal(EMPTY_WORLD);
      expect(kindsOf(step)).to.deep.equal(["unknown-chain"]);
    });

    it("begins where the snapshot is, not caught up", () => {
      const view = viewOf(tell(started()).world);

      expect(view.latest).to.deep.equal({ block: aBlock(100), state: aHubState() });
      expect(view.finalised).to.deep.equal(view.latest);
      expect(view.isCaughtUp).to.equal(false);
    });
  });

  describe("when blocks are read", () => {
    it("folds their events and moves the cursor", () => {
      const step = tell(started(), read(102, [logged(101, merged(11, A)), logged(102, merged(12, B))]));

      expect(latestOf(step)).to.deep.equal(aHubState({ seq: 12, meshWords: wordsWith(B) }));
      expect(viewOf(step.world).latest.block).to.deep.equal(aBlock(102));
      expect(step.findings).to.deep.equal([]);
    });

    it("changes nothing when the same head is read again", () => {
      const before = tell(started(), read(102));

      expect(reduce(before.world, read(102)).world).to.equal(before.world);
    });

    it("finds what is missing between events, and takes the rest", () => {
      const step = tell(started(), read(102, [logged(102, merged(13, B))]));

      expect(step.findings).to.deep.equal([{ kind: "seq-gap", eid: EID, facts: { expected: 11, seen: 13 } }]);
      expect(latestOf(step)).to.deep.equal(aHubState({ seq: 13, meshWords: wordsWith(B) }));
    });

    it("passes over events that it counts already", () => {
      const step = tell(started(), read(102, [logged(102, merged(10, A))]));

      expect(latestOf(step)).to.deep.equal(aHubState());
      expect(step.findings).to.deep.equal([]);
    });

    const refusals: readonly (readonly [string, Observation, string])[] = [
      ["that lie behind the cursor", read(99), "not ahead"],
      [
        "whose parent is another block",
        { ...read(101), to: aBlock(101, { parentFork: 7 }) } as Observation,
        "other parent",
      ],
      ["with an event from before them", read(102, [logged(100, merged(11, A))]), "event out of range"],
      ["with an event from after them", read(102, [logged(103, merged(11, A))]), "event out of range"],
      ["with an event of a replaced head", read(102, [logged(102, merged(11, A), 0, 9)]), "event of another block"],
      [
        "with events out of order",
        read(103, [logged(101, merged(12, A), 1), logged(101, merged(11, A), 0)]),
        "events out of order",
      ],
      [
        "with blocks out of order",
        read(103, [logged(102, merged(11, A)), logged(101, merged(12, A))]),
        "events out of order",
      ],
      [
        "with one block number under two hashes",
        read(103, [logged(101, merged(11, A), 0), logged(101, merged(12, A), 1, 4)]),
        "events out of order",
      ],
    ];
    for (const [what, observation, fault] of refusals) {
      it(`takes nothing of blocks ${what}`, () => {
        const before = tell(started());

        const step = reduce(before.world, observation);

        expect(step.world).to.equal(before.world);
        expect(step.findings.map(({ kind, facts }) => [kind, facts["fault"]])).to.deep.equal([
          ["not-contiguous", fault],
        ]);
      });
    }
  });

  describe("when finality moves", () => {
    const story = [started(), read(101, [logged(101, merged(11, A))]), read(102, [logged(102, merged(12, B))])];

    it("folds what is final, and keeps the rest undoable", () => {
      const view = viewOf(tell(...story, finalised(101)).world);

      expect(view.finalised).to.deep.equal({
        block: aBlock(101),
        state: aHubState({ seq: 11, meshWords: wordsWith(A) }),
      });
      expect(view.batches.map(({ number }) => number)).to.deep.equal([102]);
      expect(view.latest.state.seq).to.equal(12);
    });

    it("never goes back", () => {
      const before = tell(...story, finalised(102));

      expect(reduce(before.world, finalised(101)).world).to.equal(before.world);
    });

    it("does not run ahead of what was read", () => {
      expect(kindsOf(tell(...story, finalised(103)))).to.deep.equal(["not-contiguous"]);
    });
  });

  describe("when the chain is reorganised", () => {
    const story = [started(), read(101, [logged(101, merged(11, A))]), read(102, [logged(102, merged(12, B))])];

    it("undoes down to the ancestor, and is not caught up until it has read again", () => {
      const view = viewOf(tell(...story, read(103), read(104), rewound(102), rewound(101)).world);

      expect(view.latest).to.deep.equal({ block: aBlock(101), state: aHubState({ seq: 11, meshWords: wordsWith(A) }) });
      expect(view.isCaughtUp).to.equal(false);
      expect(view.checkpoints).to.deep.equal([]);
    });

    it("keeps the stops before the ancestor, for the next reorg", () => {
      const view = viewOf(tell(...story, read(103), read(104), rewound(103)).world);

      expect(view.checkpoints).to.deep.equal([aBlock(101), aBlock(102)]);
    });

    it("undoes down to the finalised block", () => {
      expect(latestOf(tell(...story, rewound(100)))).to.deep.equal(aHubState());
    });

    it("refuses an ancestor below the finalised block", () => {
      expect(kindsOf(tell(...story, finalised(102), rewound(101)))).to.deep.equal(["beyond-finality"]);
    });

    it("refuses an ancestor that it never stopped at", () => {
      const foreign: Observation = { kind: "rewound", eid: EID, ancestor: aBlock(101, { fork: 5 }), cause: "reorg" };

      expect(kindsOf(tell(...story, foreign))).to.deep.equal(["not-contiguous"]);
    });

    it("starts anew from a snapshot", () => {
      const anew: Observation = {
        kind: "snapshot-taken",
        eid: EID,
        snapshot: { ...aHubState({ seq: 7 }), block: aBlock(99, { fork: 2 }) },
      };

      const view = viewOf(tell(...story, anew).world);

      expect(view.latest.state.seq).to.equal(7);
      expect(view.batches).to.deep.equal([]);
      expect(view.checkpoints).to.deep.equal([]);
    });
  });

  describe("when the chain's own word for its state is read", () => {
    const snapshotAt = (number: number, differs: Partial<HubState>): Observation => ({
      kind: "resynchronised",
      eid: EID,
      snapshot: { ...aHubState(differs), block: aBlock(number) },
    });

    it("changes nothing when it agrees", () => {
      const before = tell(started(), read(101, [logged(101, merged(11, A))]));

      const step = reduce(before.world, snapshotAt(101, { seq: 11, meshWords: wordsWith(A) }));

      expect(step).to.deep.equal({ world: before.world, findings: [] });
    });

    it("believes it when it counts more events, and can undo it", () => {
      const step = tell(started(), read(101), snapshotAt(101, { seq: 12, meshWords: wordsWith(B) }));

      expect(kindsOf(step)).to.deep.equal(["disagreement"]);
      expect(latestOf(step).meshWords).to.deep.equal(wordsWith(B));
      expect(latestOf(reduce(step.world, rewound(100)))).to.deep.equal(aHubState());
    });

    it("does not believe less: that could only be looser (P10)", () => {
      const step = tell(started(), read(101, [logged(101, merged(11, A))]), snapshotAt(101, {}));

      expect(kindsOf(step)).to.deep.equal(["disagreement"]);
      expect(latestOf(step).meshWords).to.deep.equal(wordsWith(A));
    });

    it("replaces the base when it is about the finalised block itself", () => {
      const view = viewOf(tell(started(), snapshotAt(100, { seq: 12, meshWords: wordsWith(B) })).world);

      expect(view.finalised.state.meshWords).to.deep.equal(wordsWith(B));
    });

    it("is no use when it is about another block than the cursor", () => {
      expect(kindsOf(tell(started(), read(101), snapshotAt(100, {})))).to.deep.equal(["not-contiguous"]);
    });

    it("goes with the finalised state once its block is final", () => {
      const view = viewOf(
        tell(started(), read(101), snapshotAt(101, { seq: 12, meshWords: wordsWith(B) }), finalised(101)).world,
      );

      expect(view.finalised.state.meshWords).to.deep.equal(wordsWith(B));
      expect(view.batches).to.deep.equal([]);
    });
  });

  describe("when events other than words arrive", () => {
    const after = (event: HubEvent): HubState => latestOf(tell(started(), read(101, [logged(101, event)])));

    it("registers a market with a word that is not zero", () => {
      const state = after({ kind: "market-registered", seq: 11, market: 2, posture: postureOf([0, 1, 2]) });

      expect(state).to.deep.equal(aHubState({ seq: 11 }, [0, 1, 2]));
    });

    it("takes both words and the posture of an assertion", () => {
      const of = { market: 1, sensor: "0x5e", cause: "price", local: rungs(2, 0), mesh: rungs(1, 0) } as const;
      const words = { localWord: B, meshWord: A, posture: postureOf([0, 1]) };

      expect(after({ kind: "asserted", seq: 11, ...of, ...words })).to.deep.equal(
        aHubState({ seq: 11, meshWords: wordsWith(A), localWords: wordsWith(B) }),
      );
    });

    it("keeps the local word when an assertion brings an empty one", () => {
      const of = { market: 1, sensor: "0x5e", cause: "price", local: rungs(1, 0), mesh: rungs(1, 0) } as const;
      const words = { localWord: EMPTY_WORD, meshWord: A, posture: postureOf([0, 1]) };

      expect(after({ kind: "asserted", seq: 11, ...of, ...words })).to.deep.equal(
        aHubState({ seq: 11, meshWords: wordsWith(A) }),
      );
    });

    it("lets a lift change the posture and no word", () => {
      const posture = postureOf([0]);

      expect(after({ kind: "lifted", seq: 11, market: 1, inForce: rungs(0, 0), posture })).to.deep.equal(
        aHubState({ seq: 11, posture }),
      );
    });

    it("takes both words of a void and leaves the posture to a lift", () => {
      const words = { meshWord: A, localWord: B };

      expect(after({ kind: "voided", seq: 11, market: 1, asOf: 1_700_000_000, ...words })).to.deep.equal(
        aHubState({ seq: 11, meshWords: wordsWith(A), localWords: wordsWith(B) }),
      );
    });

    it("lets a halt budget that begins anew change the posture and no word", () => {
      const posture = postureOf([0]);

      expect(after({ kind: "halt-budget-rearmed", seq: 11, market: 1, posture })).to.deep.equal(
        aHubState({ seq: 11, posture }),
      );
    });

    it("knows who may sign, and how many it takes", () => {
      const [gone, kept] = [OPERATORS[0]!, OPERATORS.slice(1)];
      const limits = { ...aHubState().limits, quorum: 3 };

      expect(after({ kind: "operator-set", seq: 11, operator: gone, isActive: false }).operators).to.deep.equal(kept);
      expect(after({ kind: "operator-set", seq: 11, operator: gone, isActive: true }).operators).to.have.members(
        OPERATORS,
      );
      expect(after({ kind: "limits-set", seq: 11, limits }).limits).to.deep.equal(limits);
    });

    it("counts all others and changes nothing else", () => {
      const others: readonly HubEvent[] = [
        { kind: "heard", seq: 11, srcEid: EIDS[1]!, srcSeq: 3, isHeartbeat: true },
        { kind: "broadcast-sent", seq: 11, markets: 1, isHeartbeat: false, sent: 2, failed: 0 },
        { kind: "send-failed", seq: 11, dstEid: EIDS[1]!, selector: "0x01020304" },
        {
          kind: "message-refused",
          seq: 11,
          srcEid: EIDS[1]!,
          path: "layerzero",
          refusal: "bad-length",
          messageHash: "0x",
        },
        { kind: "nothing-merged", seq: 11, decision: "0x" },
        { kind: "mirror-set", seq: 11, mirror: "0x01", isActive: true },
        { kind: "mirror-failed", seq: 11, mirror: "0x01" },
        { kind: "halt-budget-spent", seq: 11, market: 1 },
        { kind: "council-set", seq: 11, council: "0x01" },
        { kind: "lift-gate-set", seq: 11, gate: "0x01" },
        {
          kind: "lanes-refused",
          seq: 11,
          market: 1,
          srcEid: EID,
          path: "solo",
          refusal: "above-ceiling",
          lanes: aWord({ halted: T0 }),
        },
      ];

      for (const event of others) expect(after(event)).to.deep.equal(aHubState({ seq: 11 }));
    });

    it("ignores a market that cannot exist", () => {
      expect(after({ ...merged(11, A), market: 40 })).to.deep.equal(aHubState({ seq: 11 }));
    });
  });
});
