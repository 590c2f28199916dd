import { expect } from "chai";

import { checkAcrossFields } from "../../relayer/config/cross-checks.ts";

const VENUE = { address: `0x${"11".repeat(20)}`, startBlock: 1 };
const DESK = { desk: `0x${"22".repeat(20)}` };
const SENSOR = { volatilitySensor: `0x${"33".repeat(20)}` };
const [A, B, C] = [50_901, 50_902, 50_903];

/** A file in which nothing contradicts itself, with these venues and this policy. */
const faultsOf = (venues: readonly (object | null)[], policy: object) => {
  const chains = Object.fromEntries(
    venues.map((venue, index) => {
      const chain = { eid: A + index, chainId: 31_000 + index, rpcUrls: [{}] };
      return [`chain-${index}`, venue === null ? chain : { ...chain, venue }];
    }),
  );
  return checkAcrossFields({ mode: "observe", chains, policy }).map(({ path }) => path);
};

describe("a policy that cannot be met", () => {
  it("is one whose rules read clearing houses where no chain names one", () => {
    const rules = {
      coverage: {},
      concentration: {},
      divergence: {},
      shortfall: {},
      forecast: {},
      cap: {},
      budget: {},
      cover: {},
    };

    expect(faultsOf([null, null], { mirror: {}, silence: {}, ...rules })).to.deep.equal(
      Object.keys(rules).map((rule) => `policy.${rule}`),
    );
    expect(faultsOf([null, null], { mirror: {}, silence: {}, cascade: { atLeastChains: 2 } })).to.deep.equal([]);
  });

  it("is one that instructs desks, reads forecasts or compares prices where there are none", () => {
    const rules = { coverage: {}, divergence: {}, forecast: {}, cap: {}, cover: {} };

    expect(faultsOf([VENUE, null], rules)).to.deep.equal([
      "policy.cap",
      "policy.cover",
      "policy.forecast",
      "policy.divergence",
    ]);
    expect(faultsOf([{ ...VENUE, ...DESK, ...SENSOR }, VENUE], rules)).to.deep.equal([]);
  });

  it("is one in which more chains have to agree than there are", () => {
    expect(faultsOf([null, null], { cascade: { atLeastChains: 3 } })).to.deep.equal(["policy.cascade.atLeastChains"]);
    expect(faultsOf([null, null, null], { cascade: { atLeastChains: 3 } })).to.deep.equal([]);
  });

  it("is one that divides a whole over chains that are not read, or one market's twice", () => {
    const house = { ...VENUE, ...DESK };
    const whole = (market: number, eids: readonly number[]) => ({ market, units: 1, eids });
    const cap = (...global: readonly object[]) => ({ cap: { global } });

    expect(faultsOf([house, house, null], cap(whole(1, [A, B]), whole(2, [A, C])))).to.deep.equal([
      "policy.cap.global.1.eids",
    ]);
    expect(faultsOf([house, house], cap(whole(1, [A, B]), whole(1, [B, A])))).to.deep.equal([
      "policy.cap.global.1.market",
    ]);
    expect(faultsOf([house, house, house], cap(whole(1, [A, B]), whole(2, [B, C])))).to.deep.equal([]);
  });

  it("is looked for in anything that a file may hold", () => {
    for (const policy of [
      null,
      7,
      [],
      { cap: { global: 5 } },
      { cap: { global: [null, { eids: "x" }] } },
      { cascade: 3 },
    ]) {
      expect(() => faultsOf([{ ...VENUE, ...DESK }, VENUE], policy as object)).to.not.throw();
    }
  });
});
