import { expect } from "chai";
import { id } from "ethers";

import { NetworkParametersSchema, readNetworkParameters } from "../../deployments/network-parameters.ts";
import { operatorWallet } from "../../localnet/chains/accounts.ts";

type Json = { [key: string]: Json } & Json[] & (string | number);

/** The local network's file with one field set to something else. */
function withField(path: string, value: unknown): unknown {
  const copy: Json = JSON.parse(JSON.stringify(readNetworkParameters("local")));
  const steps = path.split(".");
  const last = steps.pop()!;
  const parent = steps.reduce((part, step) => part[step]!, copy);
  Object.assign(parent, { [last]: value });
  return copy;
}

describe("networks/local.json", () => {
  const local = readNetworkParameters("local");

  it("names the local mesh and the operators whose keys local relayers hold", () => {
    expect(local.meshId).to.equal(id("cordon/local"));
    expect(local.operators).to.deep.equal([0, 1, 2].map((index) => operatorWallet(index).address));
  });

  it("has the leases of the design: shorter as rungs rise", () => {
    expect(local.leases).to.deep.equal({
      caution: 12 * 3_600,
      reduceOnly: 3 * 3_600,
      halted: 3_600,
      m1: 24 * 3_600,
      m2: 8 * 3_600,
      m3: 3 * 3_600,
      m4: 3_600,
    });
  });
});

describe("readNetworkParameters", () => {
  describe("when there is no such network", () => {
    it("names the file, as a fault of configuration", () => {
      expect(() => readNetworkParameters("nowhere"))
        .to.throw(/networks\/nowhere\.json cannot be read/)
        .with.property("exitCode", 78);
    });
  });

  const cases = [
    { why: "an unknown field", path: "colour", value: "red", at: "" },
    { why: "a lease longer than that of the rung below it", path: "leases.halted", value: 20_000, at: "leases" },
    { why: "a lease that a lone operator could outlive", path: "leases.m4", value: 599, at: "leases" },
    { why: "a quorum of one", path: "limits.quorum", value: 1, at: "limits.quorum" },
    { why: "a quorum that cannot be reached", path: "limits.quorum", value: 4, at: "operators" },
    { why: "an operator that is no address", path: "operators.0", value: "0x12", at: "operators.0" },
    {
      why: "a rung that is on no ladder",
      path: "limits.soloCeiling.margin",
      value: "m9",
      at: "limits.soloCeiling.margin",
    },
    { why: "a market twice", path: "markets.1.id", value: 1, at: "markets" },
    { why: "market 0, which has no price", path: "markets.0.id", value: 0, at: "markets.0.id" },
    { why: "a mesh id of the wrong length", path: "meshId", value: "0x1234", at: "meshId" },
  ];
  for (const { why, path, value, at } of cases) {
    it(`refuses ${why}`, () => {
      const parsed = NetworkParametersSchema.safeParse(withField(path, value));

      expect(parsed.error?.issues.map((issue) => issue.path.join("."))).to.deep.equal([at]);
    });
  }
});
