import { expect } from "chai";
import fc from "fast-check";

import type { Plan } from "../../../../relayer/domain/decision/decision.ts";
import type { Eid } from "../../../../relayer/domain/eid.ts";
import { breakerOf, exceedsRungs, marginOf, type Rungs } from "../../../../relayer/domain/incident/rungs.ts";
import { EMPTY_WORD, laneOf, mergeWords, rungsInForce, type Word } from "../../../../relayer/domain/incident/word.ts";
import { CALM, type Claim, joinClaims } from "../../../../relayer/domain/policy/claim.ts";
import { FAIL_DIRECTIONS } from "../../../../relayer/domain/policy/fail-directions.ts";
import { plan } from "../../../../relayer/domain/policy/plan.ts";
import { type ChainCut, type PlanInput, planInputOf } from "../../../../relayer/domain/policy/plan-input.ts";
import { canonicalPolicy, listRules, type Policy, RULES } from "../../../../relayer/domain/policy/policy.ts";
import { cascadeOf } from "../../../../relayer/domain/policy/rules/cascade.ts";
import { listClaims } from "../../../../relayer/domain/policy/rules/list-claims.ts";
import type { MarketFigures, VenueFigures } from "../../../../relayer/domain/risk/figures.ts";
import type { ChainView } from "../../../../relayer/domain/world/world.ts";
import { anyMesh } from "../../../support/arbitrary-mesh.ts";
import {
  aBlock,
  aHubState,
  aMarketWord,
  EIDS,
  LEASES,
  OPERATORS,
  rungs,
  T0,
  wordsWith,
} from "../../../support/builders.ts";
import { DESK_POLICY } from "../../../support/desk-builders.ts";
import { FUZZ } from "../../../support/fuzz.ts";

const MIRROR = { renewBelowSeconds: 480, reconcileAfterSeconds: 300 };
const steps = (...rows: readonly (readonly [number, number, number])[]) =>
  rows.map(([at, breaker, margin]) => ({ at, breaker, margin }));

/** Every rule, with numbers that are easy to reckon with. */
const POLICY: Policy = {
  hash: "0x01",
  mirror: MIRROR,
  cascade: { atLeastChains: 2, breaker: 2, margin: 4 },
  coverage: { leastLossUnits: 100, steps: steps([1_000_000, 1, 1], [500_000, 2, 2]) },
  concentration: {
    leastOpenInterestUnits: 1_000,
    largest: steps([250_000, 0, 1], [500_000, 1, 2]),
    skew: steps([100_000, 1, 1]),
    openInterest: [{ market: 1, at: 50_000, breaker: 1, margin: 1 }],
  },
  divergence: { steps: steps([10_000, 1, 1], [50_000, 2, 1]) },
  silence: { afterSeconds: 1_800, breaker: 1, margin: 1 },
  shortfall: { steps: steps([1, 2, 2]) },
  forecast: { steps: steps([200_000, 0, 1], [400_000, 0, 3]) },
  cap: DESK_POLICY.cap,
  budget: DESK_POLICY.budget,
  cover: DESK_POLICY.cover,
};
const only = (rule: keyof Policy): Policy => ({ hash: "0x01", mirror: MIRROR, [rule]: POLICY[rule] });

const aMarket = (differs: Partial<MarketFigures> = {}): MarketFigures => ({
  market: 1,
  priceX32: 1_000n << 32n,
  openInterest: 10_000n,
  largest: 0n,
  skew: 0n,
  fund: 0n,
  insurance: 0n,
  shortfall: 0n,
  stressed: [0n, 0n],
  marginE6: null,
  ...differs,
});

const aVenue = (index: number, differs: Partial<MarketFigures> = {}, time = T0 - 10): VenueFigures => ({
  eid: EIDS[index] as Eid,
  block: { number: 90, hash: "0x90", timestamp: time },
  shared: 0n,
  markets: [aMarket(differs)],
});

function aCut(index: number, { local, time = T0 }: { local?: Word; time?: number } = {}): ChainCut {
  const state = aHubState(local === undefined ? {} : { localWords: wordsWith(local) });
  const at = (number: number) => ({ block: aBlock(number, { timestamp: time, fork: index }), state });
  return { eid: EIDS[index] as Eid, latest: at(100), finalised: at(90), isCaughtUp: true };
}

const THREE = [aCut(0), aCut(1), aCut(2)];
const inputOf = (chains: readonly ChainCut[], venues: readonly VenueFigures[] = []): PlanInput => ({
  chains,
  venues,
  operators: OPERATORS.slice(0, 2),
  inFlight: [],
});
const claimsOf = (venues: readonly VenueFigures[], rule: keyof Policy) =>
  listClaims(inputOf(THREE, venues), only(rule));
const said = (claims: readonly Claim[]) =>
  claims.map((claim) => [claim.market, breakerOf(claim.rungs), marginOf(claim.rungs)]);

/** What each destination's market 1 would hold after the plan. */
function outcomes(input: PlanInput, planned: Plan | null): readonly Rungs[] {
  return input.chains.map(({ eid, latest }) => {
    const entries = (planned?.directives ?? [])
      .filter(({ destinations }) => destinations.some((to) => to.eid === eid))
      .flatMap((directive) => directive.entries)
      .filter(({ market }) => market === 1);
    const word = entries.reduce((held, entry) => mergeWords(held, entry.word), latest.state.meshWords[1] ?? EMPTY_WORD);
    return rungsInForce(word, LEASES, latest.block.timestamp);
  });
}

const someFigures = (index: number): fc.Arbitrary<VenueFigures> =>
  fc
    .record({
      priceX32: fc.bigInt({ min: 0n, max: 2n ** 44n }),
      openInterest: fc.bigInt({ min: 0n, max: 100_000n }),
      largest: fc.bigInt({ min: 0n, max: 100_000n }),
      skew: fc.bigInt({ min: 0n, max: 20_000n }),
      fund: fc.bigInt({ min: 0n, max: 2_000n }),
      insurance: fc.bigInt({ min: 0n, max: 2_000n }),
      shortfall: fc.bigInt({ min: 0n, max: 3n }),
      stressed: fc.tuple(fc.bigInt({ min: 0n, max: 4_000n }), fc.bigInt({ min: 0n, max: 4_000n })),
      marginE6: fc.option(fc.integer({ min: 0, max: 600_000 })),
      time: fc.integer({ min: T0 - 900, max: T0 + 900 }),
    })
    .map(({ time, ...market }) => aVenue(index, market, time));

const someVenues = (): fc.Arbitrary<readonly VenueFigures[]> =>
  fc
    .tuple(someFigures(0), someFigures(1), someFigures(2), fc.subarray([0, 1, 2]))
    .map(([a, b, c, kept]) => [a, b, c].filter((_, index) => kept.includes(index)));

/** Joined stamps of market 1 by lane. */
const stampsOf = (venues: readonly VenueFigures[]): readonly number[] => {
  const { latest } = joinClaims(
    listClaims(inputOf(THREE, venues), POLICY).filter(({ market }) => market === 1),
    T0 + 300,
  );
  return [1, 2, 3, 4, 5, 6, 7].map((index) => laneOf(latest, index));
};

describe("rules", () => {
  describe("coverage", () => {
    it("asks by the part of the worst scenario that insurance would pay", () => {
      const at = (insurance: bigint) =>
        said(claimsOf([aVenue(0, { insurance, stressed: [100n, 1_000n] })], "coverage"));

      expect(at(1_001n)).to.deep.equal([[0, 2, 2]]);
      expect(at(1_000n)).to.deep.equal([
        [0, 2, 2],
        [1, 1, 1],
      ]);
      expect(at(500n)).to.deep.equal([
        [0, 2, 2],
        [1, 2, 2],
      ]);
    });

    it("counts the shared fund once for the chain as a whole", () => {
      const market = { fund: 300n, insurance: 5_000n, stressed: [1_000n, 0n] };
      const venue = { ...aVenue(0), shared: 800n, markets: [aMarket(market), aMarket({ ...market, market: 2 })] };

      // 300 and 300 and 800 of 2,000: 70 per cent.
      expect(said(claimsOf([venue], "coverage"))).to.deep.equal([[0, 1, 1]]);
    });

    it("asks for nothing where funds have more than is lost, and does not lend one market's surplus to another", () => {
      const whole = (shared: bigint, ...funds: readonly [bigint, bigint]) => {
        const markets = funds.map((fund, index) =>
          aMarket({ market: index + 1, fund, insurance: 9_000n, stressed: [1_000n, 0n] }),
        );
        return said(claimsOf([{ ...aVenue(0), shared, markets }], "coverage"));
      };

      expect(whole(3_000n, 0n, 0n)).to.deep.equal([]);
      expect(whole(0n, 1_001n, 1_001n)).to.deep.equal([]);
      expect(whole(0n, 5_000n, 0n)).to.deep.equal([[0, 2, 2]]);
    });

    it("asks for nothing for a loss that is too small to matter", () => {
      expect(claimsOf([aVenue(0, { stressed: [99n, 0n] })], "coverage")).to.deep.equal([]);
    });
  });

  describe("concentration", () => {
    it("asks by the largest share, the skew, and open interest of all chains together", () => {
      expect(said(claimsOf([aVenue(0, { largest: 2_500n })], "concentration"))).to.deep.equal([[1, 0, 1]]);
      expect(said(claimsOf([aVenue(0, { largest: 5_000n })], "concentration"))).to.deep.equal([[1, 1, 2]]);
      expect(said(claimsOf([aVenue(0, { skew: 1_000n })], "concentration"))).to.deep.equal([[1, 1, 1]]);
      expect(claimsOf([aVenue(0, { openInterest: 49_999n })], "concentration")).to.deep.equal([]);
      const [a, b] = [aVenue(0, { openInterest: 25_000n }), aVenue(1, { openInterest: 25_000n })];
      expect(said(claimsOf([a, b], "concentration"))).to.deep.equal([[1, 1, 1]]);
    });

    it("passes over shares of a market that hardly anybody is in", () => {
      expect(claimsOf([aVenue(0, { openInterest: 999n, largest: 999n })], "concentration")).to.deep.equal([]);
    });
  });

  describe("divergence", () => {
    it("asks by how far two chains' prices are apart, as of the older one", () => {
      const high = aVenue(1, { priceX32: 1_010n << 32n }, T0 - 100);
      const [claim] = claimsOf([aVenue(0), high], "divergence");

      expect(claim && said([claim])).to.deep.equal([[1, 1, 1]]);
      expect(claim?.time).to.equal(T0 - 100);
      expect(claimsOf([aVenue(0), aVenue(1, { priceX32: 1_009n << 32n })], "divergence")).to.deep.equal([]);
    });

    it("compares nothing with a price that is not there", () => {
      expect(claimsOf([aVenue(0), aVenue(1, { priceX32: 0n })], "divergence")).to.deep.equal([]);
    });
  });

  describe("silence", () => {
    const claims = (...chains: ChainCut[]) => listClaims(inputOf(chains), only("silence"));

    it("asks for care everywhere, provisionally, once a chain is too far behind", () => {
      expect(claims(aCut(0), aCut(1, { time: T0 - 1_800 }))).to.deep.equal([]);
      const [claim] = claims(aCut(0), aCut(1, { time: T0 - 1_801 }));
      expect(claim).to.deep.equal({ rule: "silence", market: 0, rungs: rungs(1, 1), time: T0, isFinal: false });
    });

    it("passes over a chain that is still being read", () => {
      expect(claims(aCut(0), { ...aCut(1, { time: T0 - 9_000 }), isCaughtUp: false })).to.deep.equal([]);
    });
  });

  describe("shortfall and forecast", () => {
    it("ask by the sum of shortfalls, and by each chain's margin", () => {
      expect(said(claimsOf([aVenue(0, { shortfall: 1n })], "shortfall"))).to.deep.equal([[1, 2, 2]]);
      expect(claimsOf([aVenue(0)], "shortfall")).to.deep.equal([]);
      const margins = [aVenue(0, { marginE6: 200_000 }), aVenue(1, { marginE6: 400_000 })];
      expect(said(claimsOf(margins, "forecast"))).to.deep.equal([
        [1, 0, 1],
        [1, 0, 3],
      ]);
      expect(claimsOf([aVenue(0)], "forecast")).to.deep.equal([]);
    });
  });

  describe("cascade", () => {
    const policy = { atLeastChains: 2, breaker: 2, margin: 4 };
    const halted = (at: number) => aMarketWord({ caution: at, reduceOnly: at, halted: at });
    const joint = (...chains: ChainCut[]) => cascadeOf(chains, 1, policy).latest;

    it("raises what k chains hold by themselves, as of when the k-th joined in, up to its ceiling", () => {
      const word = joint(aCut(0, { local: halted(T0 - 5) }), aCut(1, { local: halted(T0 - 90) }), aCut(2));

      expect([1, 2, 3].map((index) => laneOf(word, index))).to.deep.equal([T0 - 90, T0 - 90, 0]);
    });

    it("takes one chain for one voice, however loud", () => {
      expect(joint(aCut(0, { local: halted(T0) }), aCut(1), aCut(2))).to.equal(EMPTY_WORD);
    });

    it("does not count a rung whose lease is over", () => {
      expect(joint(aCut(0, { local: aMarketWord({ caution: T0 - 43_200 }) }), aCut(1, { local: halted(T0) }))).to.equal(
        EMPTY_WORD,
      );
    });

    it("reaches the chains that had said nothing", () => {
      const input = inputOf([aCut(0, { local: halted(T0) }), aCut(1, { local: halted(T0) }), aCut(2)]);

      const after = outcomes(input, plan(input, only("cascade")));

      expect(after.map(breakerOf)).to.deep.equal([2, 2, 2]);
    });
  });
});

describe("plan with every rule", () => {
  it("gives the same plan for the same input, and never lowers a rung (P2, P14)", () => {
    fc.assert(
      fc.property(anyMesh(), someVenues(), (mesh, venues) => {
        const input = { ...mesh, venues };
        const first = plan(input, POLICY);

        expect(plan(structuredClone(input), structuredClone(POLICY))).to.deep.equal(first);
        for (const [index, { latest }] of input.chains.entries()) {
          const before = rungsInForce(latest.state.meshWords[1] ?? EMPTY_WORD, LEASES, latest.block.timestamp);
          expect(exceedsRungs(before, outcomes(input, first)[index] ?? CALM)).to.equal(false);
        }
      }),
      FUZZ,
    );
  });

  it("is no looser with a chain's figures more, and no tighter with them missing (P10)", () => {
    fc.assert(
      fc.property(someVenues(), fc.nat(2), (venues, dropped) => {
        const [more, less] = [stampsOf(venues), stampsOf(venues.filter((_, index) => index !== dropped))];

        for (const [lane, stamp] of less.entries()) expect(stamp).to.be.at.most(more[lane] ?? 0);
      }),
      FUZZ,
    );
  });

  it("does not depend on the order in which chains became known", () => {
    fc.assert(
      fc.property(anyMesh(), someVenues(), (mesh, venues) => {
        const views = mesh.chains.map((cut): [Eid, ChainView] => [cut.eid, { ...cut, batches: [], checkpoints: [] }]);
        const figures = venues.map((venue): [Eid, VenueFigures] => [venue.eid, venue]);
        const worldOf = (isReversed: boolean) => ({
          chains: new Map(isReversed ? views.toReversed() : views),
          actions: new Map(),
          venues: new Map(isReversed ? figures.toReversed() : figures),
        });
        const [one, other] = [false, true].map((isReversed) =>
          plan(planInputOf(worldOf(isReversed), mesh.operators, 0), POLICY),
        );

        expect(other).to.deep.equal(one);
      }),
      FUZZ,
    );
  });

  it("raises where figures ask for it, renews before it lapses, and is silent in between", () => {
    const venues = [aVenue(0, { shortfall: 1n })];
    const input = inputOf(THREE, venues);
    const raised = plan(input, only("shortfall"));
    expect(raised?.directives.map(({ kind, destinations }) => [kind, destinations.length])).to.deep.equal([
      ["raise", 3],
    ]);

    const word = raised!.directives[0]!.entries[0]!.word;
    const heldAt = (time: number) =>
      [0, 1, 2].map((index): ChainCut => {
        const state = aHubState({ meshWords: wordsWith(mergeWords(aMarketWord({}), word)) });
        const at = { block: aBlock(100, { timestamp: time, fork: index }), state };
        return { eid: EIDS[index] as Eid, latest: at, finalised: at, isCaughtUp: true };
      });
    const later = (seconds: number) =>
      plan(inputOf(heldAt(T0 + seconds), [aVenue(0, { shortfall: 1n }, T0 + seconds - 10)]), only("shortfall"));
    // Reduce-only lasts three hours.
    expect(later(60)).to.equal(null);
    expect(later(10_000)).to.equal(null);
    expect(later(10_400)?.directives.map(({ kind }) => kind)).to.deep.equal(["settle"]);
  });
});

describe("policy of every rule", () => {
  it("names the rules that it follows, and changes its text with any number", () => {
    expect(listRules(POLICY).map(({ id }) => id)).to.deep.equal(RULES.map(({ id }) => id));
    expect(listRules(only("silence"))).to.deep.equal([
      { id: "mirror", version: 1 },
      { id: "silence", version: 1 },
    ]);
    const changed = { ...POLICY, silence: { ...POLICY.silence!, afterSeconds: 1_801 } };
    expect(canonicalPolicy(changed)).to.not.equal(canonicalPolicy(POLICY));
    expect(canonicalPolicy({ ...POLICY, scenarios: [] })).to.not.equal(canonicalPolicy(POLICY));
  });

  it("has a fail direction for what every rule reads, and none that loosens", () => {
    expect([...new Set(FAIL_DIRECTIONS.flatMap(({ readBy }) => readBy))].sort()).to.deep.equal(
      RULES.map(({ id }) => id).toSorted(),
    );
  });
});
