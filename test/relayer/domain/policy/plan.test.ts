import { expect } from "chai";
import fc from "fast-check";

import { isServed } from "../../../../relayer/domain/action/action-view.ts";
import { keccakHasher } from "../../../../relayer/adapters/evm/hasher.ts";
import type { Plan, PlannedDirective } from "../../../../relayer/domain/decision/decision.ts";
import { sealDecision } from "../../../../relayer/domain/decision/seal.ts";
import type { Eid } from "../../../../relayer/domain/eid.ts";
import { type SignedDirective, tailorSignatures } from "../../../../relayer/domain/incident/directive.ts";
import { packEntries } from "../../../../relayer/domain/incident/payload.ts";
import { leaseSecondsOf } from "../../../../relayer/domain/incident/leases.ts";
import { type Rungs, exceedsRungs } from "../../../../relayer/domain/incident/rungs.ts";
import {
  EMPTY_WORD,
  RUNG_LANES,
  VOID_LANE,
  type Word,
  coversWord,
  holdsLane,
  laneOf,
  lapseWordBy,
  mergeWords,
  rungsInForce,
  splitWord,
  splitWordAt,
} from "../../../../relayer/domain/incident/word.ts";
import { plan } from "../../../../relayer/domain/policy/plan.ts";
import type { ChainCut, PlanInput } from "../../../../relayer/domain/policy/plan-input.ts";
import { anyMesh } from "../../../support/arbitrary-mesh.ts";
import { aLikelyWord } from "../../../support/arbitraries.ts";
import {
  EIDS,
  LEASES,
  LIMITS,
  OPERATORS,
  T0,
  aBlock,
  aHubState,
  aMarketWord,
  aWord,
  wordsWith,
} from "../../../support/builders.ts";
import { FUZZ } from "../../../support/fuzz.ts";
import { ModelHub } from "../../../support/model-hub.ts";

const POLICY = { hash: "0x01", mirror: { renewBelowSeconds: 480, reconcileAfterSeconds: 300 } } as const;
const ONE = OPERATORS.slice(0, 1);

/** A chain whose market 1 has these words. */
function aCut(index: number, says: { latest?: Word; finalised?: Word; time?: number } = {}): ChainCut {
  const { latest = aMarketWord({}), finalised = latest, time = T0 } = says;
  const at = (number: number, word: Word) => ({
    block: aBlock(number, { timestamp: time, fork: index }),
    state: aHubState({ meshWords: wordsWith(word) }),
  });
  return { eid: EIDS[index] as Eid, latest: at(100, latest), finalised: at(90, finalised), isCaughtUp: true };
}

const inputOf = (...chains: ChainCut[]): PlanInput => ({
  chains,
  operators: OPERATORS.slice(0, 2),
  inFlight: [],
  venues: [],
});

function sign({ deadline, entries }: PlannedDirective, input: PlanInput): SignedDirective {
  const directive = { decision: "0xdd" as const, deadline, entries: packEntries(entries) };
  return { directive, signatures: input.operators.map((signer) => ({ signer, signature: "0x" })) };
}

/** The chains after every directive of `decision` has arrived, `seconds` later. */
function apply(input: PlanInput, decision: Plan | null, { seconds = 0 } = {}): PlanInput {
  const chains = input.chains.map((cut): ChainCut => {
    const time = cut.latest.block.timestamp + seconds;
    const { limits, operators } = cut.latest.state;
    const hub = ModelHub.of(cut.eid, cut.latest.state, time);
    for (const directive of decision?.directives ?? []) {
      if (!directive.destinations.some(({ eid }) => eid === cut.eid)) continue;
      const fitting = tailorSignatures(sign(directive, input), { operators, quorum: limits.quorum });
      expect(hub.submit(fitting, time)).to.equal(null);
    }
    return { ...cut, latest: { block: { ...cut.latest.block, timestamp: time }, state: hub.state() } };
  });
  return { ...input, chains };
}

const wordOfMarket0 = ({ latest }: ChainCut): Word => latest.state.meshWords[0] ?? EMPTY_WORD;
const rungsOfMarket0 = (cut: ChainCut): Rungs => rungsInForce(wordOfMarket0(cut), LEASES, cut.latest.block.timestamp);

/** The same mesh with every clock at T0 and every head final. */
function atOneTime(mesh: PlanInput): PlanInput {
  const chains = mesh.chains.map((cut): ChainCut => {
    const latest = { ...cut.latest, block: { ...cut.latest.block, timestamp: T0 } };
    return { ...cut, latest, finalised: latest };
  });
  return { ...mesh, chains };
}

/** The same mesh, of which the first chain has heard more of market 0. */
function withMore(mesh: PlanInput, more: Word): PlanInput {
  const [first, ...others] = mesh.chains as [ChainCut, ...ChainCut[]];
  const meshWords = first.latest.state.meshWords.with(0, mergeWords(wordOfMarket0(first), more));
  return {
    ...mesh,
    chains: [{ ...first, latest: { ...first.latest, state: { ...first.latest.state, meshWords } } }, ...others],
  };
}

/** Every stamp that a decision asks for. */
function listStamps(decision: Plan | null) {
  const entries = (decision?.directives ?? []).flatMap(({ kind, entries: of }) =>
    of.map((entry) => ({ kind, ...entry })),
  );
  return entries.flatMap(({ kind, market, word }) =>
    RUNG_LANES.map((index) => ({ kind, market, index, stamp: laneOf(word, index) })).filter(({ stamp }) => stamp > 0),
  );
}

const raises = (decision: Plan | null): readonly PlannedDirective[] =>
  (decision?.directives ?? []).filter(({ kind }) => kind === "raise");

describe("plan", () => {
  describe("when chains are in any state", () => {
    it("gives the same bytes for the same input (P14)", () => {
      fc.assert(
        fc.property(anyMesh(), (input) => {
          const [first, second] = [plan(input, POLICY), plan(structuredClone(input), POLICY)];

          expect(second).to.deep.equal(first);
          if (first !== null && second !== null) {
            const [one, two] = [first, second].map((of) => sealDecision(of, input, keccakHasher.keccakUtf8));
            expect(one).to.deep.equal(two);
          }
        }),
        FUZZ,
      );
    });

    it("asks for nothing that no chain has said, and for no unfinalised evidence longer than ten minutes", () => {
      fc.assert(
        fc.property(anyMesh(), (input) => {
          for (const { kind, market, index, stamp } of listStamps(plan(input, POLICY))) {
            const join = (of: "latest" | "finalised"): number =>
              Math.max(...input.chains.map((cut) => laneOf(cut[of].state.meshWords[market] ?? EMPTY_WORD, index)));
            const [said, final] = [join("latest"), join("finalised")];

            expect(stamp).to.be.at.most(said);
            const isProvisional = stamp > final;
            if (isProvisional) expect(kind).to.equal("raise");
            if (isProvisional) expect(stamp + leaseSecondsOf(LEASES, index)).to.be.at.most(said + 600);
          }
        }),
        FUZZ,
      );
    });

    it("is accepted by every destination, and serves what it lacks, whenever it arrives in the next minutes", () => {
      fc.assert(
        fc.property(anyMesh(), fc.integer({ min: 0, max: 500 }), (input, seconds) => {
          const decision = plan(input, POLICY);

          const after = apply(input, decision, { seconds });

          for (const { destinations } of decision?.directives ?? []) {
            for (const { eid, needs } of destinations) {
              const state = after.chains.find((cut) => cut.eid === eid)?.latest.state ?? aHubState();
              expect(isServed({ id: "", decision: "0x", kind: "raise", eid, deadline: 0, needs }, state)).to.equal(
                true,
              );
            }
          }
        }),
        FUZZ,
      );
    });

    it("never loosens: no lane and no rung is lower afterwards (P2)", () => {
      fc.assert(
        fc.property(anyMesh(), (input) => {
          const after = apply(input, plan(input, POLICY));

          for (const [index, { latest }] of input.chains.entries()) {
            const state = after.chains[index]?.latest.state ?? aHubState();
            for (const [market, word] of latest.state.meshWords.entries()) {
              const now = state.meshWords[market] ?? EMPTY_WORD;
              const [before, then] = [word, now].map((of) => rungsInForce(of, LEASES, latest.block.timestamp));
              expect(coversWord(now, word)).to.equal(true);
              expect(exceedsRungs(before!, then!)).to.equal(false);
            }
          }
        }),
        FUZZ,
      );
    });

    it("raises nothing a second time where clocks agree", () => {
      fc.assert(
        fc.property(anyMesh(), fc.constantFrom(ONE, OPERATORS), (mesh, operators) => {
          const input = { ...atOneTime(mesh), operators };

          const once = apply(input, plan(input, POLICY));

          expect(raises(plan(once, POLICY))).to.deep.equal([]);
        }),
        FUZZ,
      );
    });

    it("comes to rest in a few rounds, whatever the clocks say", () => {
      fc.assert(
        fc.property(anyMesh(), fc.constantFrom(ONE, OPERATORS), (mesh, operators) => {
          let input: PlanInput = { ...mesh, operators };

          for (let round = 0; round < input.chains.length + 1; round++) input = apply(input, plan(input, POLICY));

          expect(plan(input, POLICY)).to.equal(null);
        }),
        FUZZ,
      );
    });

    it("counts what is on its way as arrived", () => {
      fc.assert(
        fc.property(anyMesh(), (input) => {
          const decision = plan(input, POLICY);
          const inFlight = (decision?.directives ?? []).flatMap(({ destinations }) =>
            destinations.map(({ eid, needs }) => ({ eid, entries: needs })),
          );

          const again = plan({ ...input, inFlight }, POLICY);

          const served = new Set(inFlight.map(({ eid }) => eid));
          const repeated = (again?.directives ?? []).flatMap(({ destinations }) => destinations.map(({ eid }) => eid));
          expect(repeated.filter((eid) => served.has(eid))).to.deep.equal([]);
        }),
        FUZZ,
      );
    });

    it("gives a lone key nothing above the solo ceiling, and nothing for longer than ten minutes (P7)", () => {
      fc.assert(
        fc.property(anyMesh(ONE), (input) => {
          for (const { entries, destinations } of plan(input, POLICY)?.directives ?? []) {
            const times = destinations.map(
              ({ eid }) => input.chains.find((cut) => cut.eid === eid)?.latest.block.timestamp ?? 0,
            );
            for (const { word } of entries) {
              expect(splitWord(word, LIMITS.soloCeiling).above).to.equal(EMPTY_WORD);
              expect(lapseWordBy(word, LEASES, Math.max(...times) + 600)).to.equal(word);
            }
          }
        }),
        FUZZ,
      );
    });

    it("leaves no destination looser when there is more evidence", () => {
      fc.assert(
        fc.property(anyMesh(), aLikelyWord(), (mesh, more) => {
          const poor = atOneTime(mesh);
          const rich = withMore(poor, splitWordAt(more, T0 + 300).kept);

          const [before, after] = [poor, rich].map((of) => apply(of, plan(of, POLICY)).chains);

          for (const [index, cut] of (before ?? []).entries()) {
            expect(exceedsRungs(rungsOfMarket0(cut), rungsOfMarket0(after?.[index] ?? cut))).to.equal(false);
          }
        }),
        FUZZ,
      );
    });

    it("brings every rung that holds somewhere into force everywhere, but where it was voided", () => {
      fc.assert(
        fc.property(anyMesh(), (mesh) => {
          const input = atOneTime(mesh);
          const words = input.chains.map(wordOfMarket0).map((word) => splitWordAt(word, T0 + 300).kept);

          const after = apply(input, plan(input, POLICY));

          for (const cut of after.chains) {
            const own = wordOfMarket0(cut);
            const stamps = (index: number) => words.map((word) => laneOf(word, index));
            const isSaid = (index: number) =>
              stamps(index).some(
                (stamp) => stamp > laneOf(own, VOID_LANE) && T0 < stamp + leaseSecondsOf(LEASES, index),
              );
            const missing = RUNG_LANES.filter(isSaid).filter(
              (index) => !holdsLane(own, index, { leases: LEASES, time: T0 }),
            );
            expect(missing).to.deep.equal([]);
          }
        }),
        FUZZ,
      );
    });
  });

  describe("when one chain halts and the others are calm", () => {
    const halted = aMarketWord({ caution: T0, reduceOnly: T0, halted: T0 });

    it("plans one directive for all others, with the union of what they lack", () => {
      const partly = aMarketWord({ caution: T0 - 5 });

      const decision = plan(inputOf(aCut(0, { latest: halted }), aCut(1), aCut(2, { latest: partly })), POLICY);

      const lacks = aWord({ reduceOnly: T0, halted: T0 });
      expect(decision?.directives).to.deep.equal([
        {
          kind: "raise",
          deadline: T0 + 600,
          entries: [{ market: 1, word: aWord({ caution: T0, reduceOnly: T0, halted: T0 }) }],
          destinations: [
            { eid: EIDS[1], needs: [{ market: 1, word: aWord({ caution: T0, reduceOnly: T0, halted: T0 }) }] },
            { eid: EIDS[2], needs: [{ market: 1, word: lacks }] },
          ],
        },
      ]);
    });

    it("says what it looked at and by which rules", () => {
      const decision = plan(inputOf(aCut(0, { latest: halted }), aCut(1)), POLICY);

      expect(decision?.rules).to.deep.equal([{ id: "mirror", version: 1 }]);
      expect(decision?.policyHash).to.equal("0x01");
      expect(decision?.cut.map(({ eid, latest, finalised }) => [eid, latest.number, finalised.number])).to.deep.equal([
        [EIDS[0], 100, 90],
        [EIDS[1], 100, 90],
      ]);
    });
  });

  describe("when input is missing or stale", () => {
    const halted = aMarketWord({ caution: T0, reduceOnly: T0, halted: T0 });

    it("plans nothing without chains, and nothing for one alone", () => {
      expect(plan(inputOf(), POLICY)).to.equal(null);
      expect(plan(inputOf(aCut(0, { latest: halted })), POLICY)).to.equal(null);
    });

    it("sends nothing to a chain that is still being read, but believes what it says (P10)", () => {
      const behind = { ...aCut(1, { latest: halted }), isCaughtUp: false };

      const decision = plan(inputOf(aCut(0), behind, { ...aCut(2), isCaughtUp: false }), POLICY);

      expect(decision?.directives.flatMap(({ destinations }) => destinations.map(({ eid }) => eid))).to.deep.equal([
        EIDS[0],
      ]);
    });

    it("sends nothing to a hub that knows none of the operators", () => {
      const stranger = { ...inputOf(aCut(0, { latest: halted }), aCut(1)), operators: ["0xff"] as const };

      expect(plan(stranger, POLICY)).to.equal(null);
    });

    it("sends nothing about a market that is not registered there", () => {
      const unregistered = aCut(1);
      const state = aHubState({}, [0]);
      const input = inputOf(aCut(0, { latest: halted }), {
        ...unregistered,
        latest: { ...unregistered.latest, state },
      });

      expect(plan(input, POLICY)).to.equal(null);
    });
  });

  describe("when one chain's clock runs far ahead", () => {
    it("does not let its stamps hide what the others say, and gives it a deadline of its own", () => {
      const said = aMarketWord({ caution: T0 });
      const ahead = aMarketWord({ caution: T0 + 86_400 });

      const decision = plan(
        inputOf(aCut(0, { latest: said }), aCut(1), aCut(2, { latest: ahead, time: T0 + 86_400 })),
        POLICY,
      );

      const planned = decision?.directives.map(({ deadline, destinations }) => [
        deadline,
        destinations.map(({ eid }) => eid),
      ]);
      expect(planned).to.deep.equal([[T0 + 600, [EIDS[1]]]]);
    });
  });

  describe("when a chain stands still while the others go on", () => {
    it("gives it a directive that it would take at its own time", () => {
      const halted = aMarketWord({ caution: T0 + 4_000, reduceOnly: T0 + 4_000, halted: T0 + 4_000 });

      const decision = plan(
        inputOf(aCut(0, { latest: halted, time: T0 + 4_000 }), aCut(1, { time: T0 + 4_000 }), aCut(2)),
        POLICY,
      );

      expect(decision?.directives.map(({ deadline }) => deadline)).to.deep.equal([T0 + 4_600]);
    });
  });

  describe("when one deployment was voided", () => {
    it("does not raise there what the void covers, and does not let the void spread", () => {
      const halted = aMarketWord({ caution: T0, reduceOnly: T0, halted: T0 });
      const voided = aMarketWord({ voidBefore: T0 + 5, caution: T0, reduceOnly: T0, halted: T0 });

      const decision = plan(
        inputOf(aCut(0, { latest: halted }), aCut(1, { latest: voided, time: T0 + 9 }), aCut(2)),
        POLICY,
      );

      const destinations = decision?.directives.flatMap((directive) => directive.destinations.map(({ eid }) => eid));
      expect(destinations).to.deep.equal([EIDS[2]]);
    });
  });

  describe("when some hubs need another number of signatures", () => {
    it("plans a directive for each kind of hub", () => {
      const halted = aMarketWord({ caution: T0, reduceOnly: T0, halted: T0 });
      const strict = aCut(2);
      const state = { ...strict.latest.state, limits: { ...LIMITS, quorum: 3 } };

      const decision = plan(
        inputOf(aCut(0, { latest: halted }), aCut(1), { ...strict, latest: { ...strict.latest, state } }),
        POLICY,
      );

      const planned = decision?.directives.map(({ entries, destinations }) => [
        destinations.map(({ eid }) => eid),
        entries.map(({ word }) => laneOf(word, 3) > 0),
      ]);
      expect(planned).to.deep.equal([
        [[EIDS[1]], [true]],
        [[EIDS[2]], [false]],
      ]);
    });
  });

  describe("when a raise and a renewal are due at once", () => {
    it("raises first, and settles a destination only once nothing is on its way", () => {
      const evidence = aMarketWord({ caution: T0, reduceOnly: T0 - 10_000 });
      const lapsing = aMarketWord({ reduceOnly: T0 - 10_790 });

      const decision = plan(inputOf(aCut(0, { latest: evidence }), aCut(1, { latest: lapsing })), POLICY);

      expect(decision?.directives.map(({ kind }) => kind)).to.deep.equal(["raise"]);
    });
  });
});
