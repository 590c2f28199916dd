import { expect } from "chai";
import fc from "fast-check";

import { type PlannedInstruction, operationText } from "../../../../relayer/domain/desk/instruction.ts";
import type { DeskReport } from "../../../../relayer/domain/desk/desk-report.ts";
import { plan } from "../../../../relayer/domain/policy/plan.ts";
import { FIGURES_OLDEST_SECONDS } from "../../../../relayer/domain/policy/plan-instructions.ts";
import type { ChainCut, PlanInput } from "../../../../relayer/domain/policy/plan-input.ts";
import { canonicalPolicy, type Policy } from "../../../../relayer/domain/policy/policy.ts";
import { readPolicy } from "../../../../relayer/domain/policy/read-policy.ts";
import type { MarketFigures, VenueFigures } from "../../../../relayer/domain/risk/figures.ts";
import { aBlock, aHubState, EIDS, LIMITS, OPERATORS, T0 } from "../../../support/builders.ts";
import { aVenueWithDesk, aReport, DESK_POLICY, someFigures } from "../../../support/desk-builders.ts";
import { FUZZ } from "../../../support/fuzz.ts";

const PPM = 1_000_000n;
/** The next half hours that are at least one away from `T0`. */
const UNTIL = (Math.floor(T0 / 1_800) + 2) * 1_800;

function aCut(index: number, differs: Partial<ChainCut> = {}, time = T0): ChainCut {
  const state = aHubState({ operators: OPERATORS, limits: { ...LIMITS, quorum: 2 } });
  const at = (number: number) => ({ block: aBlock(number, { timestamp: time, fork: index }), state });
  return { eid: EIDS[index]!, latest: at(100), finalised: at(90), isCaughtUp: true, ...differs };
}

const THREE = [aCut(0), aCut(1), aCut(2)];
const inputOf = (venues: readonly VenueFigures[], chains = THREE, operators = OPERATORS): PlanInput => {
  return { chains, venues, operators, inFlight: [] };
};
const toldBy = (input: PlanInput, policy: Policy = DESK_POLICY): readonly PlannedInstruction[] =>
  plan(input, policy)?.instructions ?? [];
const only = (rule: "cap" | "budget" | "cover"): Policy => {
  const { hash, mirror } = DESK_POLICY;
  return { hash, mirror, [rule]: DESK_POLICY[rule] };
};
const allotted = (told: readonly PlannedInstruction[]) =>
  told.flatMap(({ kind, allotments }) => allotments.map(({ eid, units }) => [kind, EIDS.indexOf(eid), Number(units)]));
const holding = (...amounts: readonly bigint[]) =>
  amounts.map((openInterest, index) => aVenueWithDesk(index, [someFigures({ openInterest })]));

describe("what desks are told", () => {
  describe("open-interest caps", () => {
    it("divide what the mesh may hold: what each holds, and an equal part of what is left", () => {
      const told = toldBy(inputOf(holding(30_000n, 30_000n, 15_000n)), only("cap"));

      expect(allotted(told)).to.deep.equal([
        ["open-interest-cap", 0, 35_000],
        ["open-interest-cap", 1, 35_000],
        ["open-interest-cap", 2, 20_000],
      ]);
      expect(told).to.have.length(1);
      expect(told[0]).to.include({ until: UNTIL, deadline: T0 + 600, globalOpenInterest: 75_000n });
    });

    it("are in proportion where more is held than the mesh may hold", () => {
      const told = toldBy(inputOf(holding(60_000n, 30_000n, 30_000n)), only("cap"));

      expect(allotted(told).map(([, , units]) => units)).to.deep.equal([45_000, 22_500, 22_500]);
    });

    it("are left alone while the whole is far off", () => {
      expect(toldBy(inputOf(holding(30_000n, 30_000n, 11_999n)), only("cap"))).to.deep.equal([]);
      expect(toldBy(inputOf(holding(30_000n, 30_000n, 12_000n)), only("cap"))).to.have.length(1);
    });

    it("are not divided without the figures of every chain", () => {
      expect(toldBy(inputOf(holding(60_000n, 60_000n)), only("cap"))).to.deep.equal([]);
    });

    it("hold a crowded market at what it is, on that chain alone", () => {
      const crowded = someFigures({ openInterest: 2_000n, largest: 1_000n });
      const told = toldBy(inputOf([aVenueWithDesk(1, [crowded])]), only("cap"));

      expect(allotted(told)).to.deep.equal([["open-interest-cap", 1, 2_000]]);
      const less = { ...crowded, largest: 999n };
      expect(toldBy(inputOf([aVenueWithDesk(1, [less])]), only("cap"))).to.deep.equal([]);
    });

    const underCap = (capUnits: bigint, until: number) => {
      const desk = aReport({ envelope: { capUnits, globalUnits: 99_000n, until } });
      const crowded = someFigures({ openInterest: 2_000n, largest: 1_000n, desk });
      return toldBy(inputOf([aVenueWithDesk(1, [crowded])]), only("cap"));
    };

    it("are renewed, never raised, while one holds and ends sooner", () => {
      expect(allotted(underCap(1_500n, UNTIL - 1_800))).to.deep.equal([["open-interest-cap", 1, 1_500]]);
      expect(underCap(1_500n, UNTIL - 1_800)[0]).to.include({ until: UNTIL, globalOpenInterest: 99_000n });
      expect(underCap(1_500n, UNTIL)).to.deep.equal([]);
    });

    it("keep the end of one that lasts longer", () => {
      expect(underCap(9_000n, UNTIL + 60)[0]).to.include({ until: UNTIL + 60 });
    });

    it("do not count what has lapsed", () => {
      expect(allotted(underCap(500n, T0))).to.deep.equal([["open-interest-cap", 1, 2_000]]);
    });

    it("are no lower than governance lets them be, and not set where that is no tightening", () => {
      const at = (leastUnits: bigint, governedCap: bigint) => {
        const limits = {
          ...aReport().limits,
          "open-interest-cap": { leastUnits, mostUnits: 10_000n, mostSeconds: 7_200 },
        };
        const crowded = someFigures({ openInterest: 2_000n, largest: 1_000n, desk: aReport({ limits, governedCap }) });
        return allotted(toldBy(inputOf([aVenueWithDesk(1, [crowded])]), only("cap")));
      };

      expect(at(3_000n, 4_000n)).to.deep.equal([["open-interest-cap", 1, 3_000]]);
      expect(at(3_000n, 2_999n)).to.deep.equal([]);
    });
  });

  describe("deleveraging budgets", () => {
    it("are what nobody covers and a margin, on the chain that lacks it", () => {
      const short = someFigures({ shortfall: 20n, stressed: [10n, 150n], insurance: 70n });
      const told = toldBy(inputOf([aVenueWithDesk(0, [someFigures()]), aVenueWithDesk(1, [short])]), only("budget"));

      expect(allotted(told)).to.deep.equal([["deleveraging-budget", 1, 150]]);
      expect(told[0]).to.include({ until: UNTIL, market: 1 });
    });

    it("are left alone while one holds, and where little is lacking", () => {
      const held = aReport({ budget: { leftUnits: 5n, until: T0 + 1 } });
      const short = (desk: DeskReport, shortfall = 20n) =>
        toldBy(inputOf([aVenueWithDesk(1, [someFigures({ shortfall, desk })])]), only("budget"));

      expect(short(held)).to.deep.equal([]);
      expect(short(aReport(), 9n)).to.deep.equal([]);
      expect(short(aReport(), 10n)).to.have.length(1);
    });
  });

  describe("moves of insurance", () => {
    const needy = someFigures({ market: 1, stressed: [500n], fund: 100n });

    it("go from the shared fund to the market that lacks most, as far as its floor lets them", () => {
      const two = someFigures({ market: 2, stressed: [300n], fund: 250n });
      const told = toldBy(inputOf([aVenueWithDesk(0, [two, needy], { shared: 1_000n })]), only("cover"));

      expect(allotted(told)).to.deep.equal([["insurance-move", 0, 400]]);
      expect(told[0]).to.include({ market: 0, toMarket: 1, until: 0, turn: 0n });
      const poor = toldBy(inputOf([aVenueWithDesk(0, [needy], { shared: 250n })]), only("cover"));
      expect(allotted(poor)).to.deep.equal([["insurance-move", 0, 200]]);
    });

    it("come from the market with most to spare where the shared fund has not enough", () => {
      const rich = (market: number, fund: bigint) => someFigures({ market, fund, stressed: [200n] });
      const venue = aVenueWithDesk(0, [needy, rich(2, 500n), rich(3, 600n)], { shared: 50n });
      const told = toldBy(inputOf([venue]), only("cover"));

      expect(told.map(({ market, toMarket, allotments }) => [market, toMarket, allotments[0]?.units])).to.deep.equal([
        [3, 0, 200n],
      ]);
    });

    it("are numbered by the moves out of the fund, so that two reckonings are one operation", () => {
      const asked = (shared: bigint, moves: bigint) => {
        const venue = aVenueWithDesk(0, [needy], { shared, sharedDesk: aReport({ moves }) });
        return operationText(toldBy(inputOf([venue]), only("cover"))[0]!);
      };

      expect(asked(1_000n, 4n)).to.equal(asked(250n, 4n));
      expect(asked(1_000n, 4n)).to.not.equal(asked(1_000n, 5n));
    });
  });

  it("stands in the decision's own order, whatever the order of the figures", () => {
    const venues = holding(30_000n, 30_000n, 15_000n);

    expect(toldBy(inputOf(venues.toReversed()), only("cap"))).to.deep.equal(toldBy(inputOf(venues), only("cap")));
  });

  it("is part of the policy's text, which reads back as the same policy", () => {
    const text = canonicalPolicy(DESK_POLICY);

    expect(canonicalPolicy(readPolicy(text)!)).to.equal(text);
    expect(text).to.contain('"cover"').and.to.contain('"scenarios"');
  });

  describe("with something missing", () => {
    const everything = [
      aVenueWithDesk(0, [someFigures({ openInterest: 2_000n, largest: 2_000n, stressed: [500n], shortfall: 50n })], {
        shared: 900n,
      }),
    ];
    const kinds = (input: PlanInput) => toldBy(input).map(({ kind }) => kind);

    it("asks for all three with nothing missing", () => {
      const all = ["open-interest-cap", "deleveraging-budget", "insurance-move"];
      expect(kinds(inputOf(everything))).to.deep.equal(all);
    });

    const without: Readonly<Record<string, PlanInput>> = {
      "figures of the venue": inputOf([]),
      "a quorum of operators": inputOf(everything, THREE, OPERATORS.slice(0, 1)),
      "operators that the hub knows": inputOf(everything, THREE, ["0x01", "0x02"]),
      "the chain read to its head": inputOf(everything, [aCut(0, { isCaughtUp: false }), ...THREE.slice(1)]),
      "finality beyond doubt": inputOf(everything, [aCut(0, { isSuspect: true }), ...THREE.slice(1)]),
      "a head that keeps up with the others": inputOf(everything, [aCut(0, {}, T0 - 301), ...THREE.slice(1)]),
      "fresh figures": inputOf(
        everything.map((of) => ({ ...of, block: { ...of.block, timestamp: T0 - FIGURES_OLDEST_SECONDS - 1 } })),
      ),
    };
    for (const [what, input] of Object.entries(without)) {
      it(`asks for nothing without ${what}`, () => expect(kinds(input)).to.deep.equal([]));
    }

    it("asks nothing of a desk that the venue does not listen to", () => {
      const mute = aReport({ isSetter: false, isMover: false });
      const { desk: _desk, ...bare } = everything[0]!.markets[0]!;
      const of = (markets: readonly MarketFigures[]) =>
        inputOf([aVenueWithDesk(0, markets, { shared: 900n, sharedDesk: mute })]);

      expect(kinds(of([{ ...bare, desk: mute }]))).to.deep.equal([]);
      expect(kinds(of([bare]))).to.deep.equal([]);
    });
  });

  describe("whatever is known, and whatever is not", () => {
    const amount = (max: bigint) => fc.bigInt({ min: 0n, max });
    const end = fc.integer({ min: T0 - 5_000, max: T0 + 9_000 });
    const limits = fc
      .tuple(amount(2_000n), amount(60_000n), fc.integer({ min: 0, max: 21_600 }))
      .map(([leastUnits, more, mostSeconds]) => ({ leastUnits, mostUnits: leastUnits + more, mostSeconds }));
    const report = fc.record({
      isSetter: fc.boolean(),
      isMover: fc.boolean(),
      limits: fc.record({ "open-interest-cap": limits, "deleveraging-budget": limits, "insurance-move": limits }),
      movable: amount(3_000n),
      moves: amount(3n),
      governedCap: amount(60_000n),
      envelope: fc.record({ capUnits: amount(60_000n), globalUnits: amount(90_000n), until: end }),
      budget: fc.record({ leftUnits: amount(1_000n), until: end }),
      movePpm: fc.integer({ min: 0, max: 1_000_000 }),
      floorUnits: amount(500n),
    });
    const figures = (market: number) =>
      fc
        .record({
          openInterest: amount(60_000n),
          largest: amount(60_000n),
          fund: amount(3_000n),
          insurance: amount(3_000n),
          shortfall: amount(100n),
          stressed: fc.array(amount(4_000n), { minLength: 1, maxLength: 3 }),
          desk: report,
        })
        .map((differs) => someFigures({ market, ...differs }));
    const venue = (index: number) =>
      fc
        .tuple(figures(1), figures(2), amount(3_000n), report)
        .map(([one, two, shared, sharedDesk]) => aVenueWithDesk(index, [one, two], { shared, sharedDesk }));
    const mesh = fc
      .tuple(venue(0), venue(1), venue(2), fc.subarray([0, 1, 2]), fc.subarray([0, 1, 2]))
      .map(([a, b, c, seen, read]) => {
        const chains = THREE.map((cut, index) => ({ ...cut, isCaughtUp: read.includes(index) }));
        return inputOf(
          [a, b, c].filter((_, index) => seen.includes(index)),
          chains,
        );
      });
    const deskOf = ({ venues }: PlanInput, { market }: PlannedInstruction, eid: number): DeskReport => {
      const of = venues.find((one) => one.eid === eid)!;
      return (market === 0 ? of.sharedDesk : of.markets.find((one) => one.market === market)?.desk)!;
    };

    /** What an instruction asks of one desk, and what is wrong with it; nothing is. */
    const faultsOf = (told: PlannedInstruction, units: bigint, desk: DeskReport): readonly string[] => {
      const { leastUnits, mostUnits, mostSeconds } = desk.limits[told.kind];
      const { kind, until, globalOpenInterest } = told;
      const holds = desk.envelope.until > T0;
      const isCap = kind === "open-interest-cap";
      const rules: Readonly<Record<string, boolean>> = {
        "outside limits": units < leastUnits || units > mostUnits || mostUnits === 0n,
        "above governance's cap": isCap && units > desk.governedCap,
        "a cap raised": isCap && holds && units > desk.envelope.capUnits,
        "a cap shortened": isCap && holds && until < desk.envelope.until,
        "margin lowered": isCap && holds && globalOpenInterest < desk.envelope.globalUnits,
        "a budget replaced": kind === "deleveraging-budget" && desk.budget.until > T0,
        "too long": kind !== "insurance-move" && until > T0 + mostSeconds,
      };
      return Object.keys(rules).filter((rule) => rules[rule]);
    };

    it("never loosens: no cap is raised or shortened, no budget replaced, and no limit passed", () => {
      fc.assert(
        fc.property(mesh, (input) => {
          const faults = toldBy(input).flatMap((told) =>
            told.allotments.flatMap(({ eid, units }) => faultsOf(told, units, deskOf(input, told, eid))),
          );
          expect(faults).to.deep.equal([]);
        }),
        FUZZ,
      );
    });

    it("moves no more than a fund has above its floor, in a day, and in all", () => {
      fc.assert(
        fc.property(mesh, (input) => {
          for (const told of toldBy(input, only("cover"))) {
            const [allotment] = told.allotments;
            const desk = deskOf(input, told, allotment!.eid);
            const of = input.venues.find(({ eid }) => eid === allotment!.eid)!;
            const fund = told.market === 0 ? of.shared : of.markets.find(({ market }) => market === told.market)!.fund;
            const { units } = allotment!;
            expect(units > 0n && units + desk.floorUnits <= fund && units <= desk.movable).to.equal(true);
            expect(units * PPM <= fund * BigInt(desk.movePpm)).to.equal(true);
            expect([told.market, told.toMarket].filter((market) => market === 0)).to.have.length(1);
          }
        }),
        FUZZ,
      );
    });

    it("gives all chains together no more than the whole", () => {
      const whole = fc.tuple(amount(60_000n), amount(60_000n), amount(60_000n));
      fc.assert(
        fc.property(whole, (held) => {
          const told = toldBy(inputOf(holding(...held)), only("cap"));
          const caps = held.map((_, index) => {
            const unasked = 100_000n;
            return (
              told.flatMap(({ allotments }) => allotments).find(({ eid }) => eid === EIDS[index])?.units ?? unasked
            );
          });
          const total = held.reduce((sum, of) => sum + of, 0n);
          if (total * 10n >= 90_000n * 8n) expect(caps.reduce((sum, of) => sum + of, 0n) <= 90_000n).to.equal(true);
          else expect(told).to.deep.equal([]);
        }),
        FUZZ,
      );
    });

    it("comes to the same on every node, and asks no chain of which it knows nothing", () => {
      fc.assert(
        fc.property(mesh, (input) => {
          const told = toldBy(input);
          expect(toldBy({ ...input, venues: [...input.venues] })).to.deep.equal(told);
          const known = input.venues.map(({ eid }) => eid);
          for (const { allotments } of told) expect(known).to.include.members(allotments.map(({ eid }) => eid));
        }),
        FUZZ,
      );
    });
  });
});
