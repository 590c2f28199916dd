import { expect } from "chai";
import { id } from "ethers";

import { NetworkParametersSchema, readNetworkParameters } from "../../deployments/network-parameters.ts";
import { operatorWallet } from "../../localnet/chains/accounts.ts";

type Json = { [key: string]: Json } & Json[] & (string | number);

/** A network's file with one field set to something else. Without the venue, whose parameters have tests of their own. */
function withField(path: string, value: unknown, network = "local"): unknown {
  const { venue: _, sensors, ...rest } = readNetworkParameters(network);
  const { OutflowSensor: _outflow, SolvencySensor: _solvency, ...others } = sensors;
  const copy: Json = JSON.parse(JSON.stringify({ ...rest, sensors: others }));
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

  const live = [
    { why: "a single chain", path: "chains", value: [], at: "chains" },
    { why: "nobody in charge besides the key that deploys", path: "governance", value: undefined, at: "owner" },
    { why: "two in charge", path: "owner", value: `0x${"11".repeat(20)}`, at: "owner" },
    { why: "an alarm without a treasury", path: "treasury", value: undefined, at: "alarm" },
    { why: "the market of drills as a priced one", path: "markets.0.id", value: 31, at: "markets.0.id" },
    { why: "a grant for no market", path: "council.grant.markets", value: [9], at: "council.grant.markets" },
    {
      why: "a sensor of no market",
      path: "sensors.SilenceSensor.grant.markets",
      value: [9],
      at: "sensors.SilenceSensor",
    },
    {
      why: "a witness that is not there",
      path: "sensors.DrawdownSensor",
      value: undefined,
      at: "sensors.DrawdownSensor",
    },
    {
      why: "a field beyond its type",
      path: "freshness.pace.observations",
      value: 256,
      at: "freshness.pace.observations",
    },
    { why: "a function that is none", path: "treasury.jobs.0.function", value: "poke", at: "treasury.jobs.0.function" },
    { why: "no place for the key", path: "deployerKey", value: undefined, at: "deployerKey" },
    {
      why: "a key in the file",
      path: "deployerKey",
      value: { type: "plain", value: `0x${"5e".repeat(32)}` },
      at: "deployerKey.type",
    },
    {
      why: "a URL in the file",
      path: "chains.1.rpcUrl",
      value: { type: "plain", value: "https://node.example/key" },
      at: "chains.1.rpcUrl.type",
    },
    { why: "a chain twice", path: "chains.1.name", value: "ethereum-sepolia", at: "chains" },
    { why: "one network twice", path: "chains.1.layerzero", value: "sepolia-testnet", at: "chains" },
    { why: "a single DVN", path: "chains.2.dvns", value: ["LayerZero Labs"], at: "chains.2.dvns" },
    { why: "the same DVN twice", path: "chains.0.dvns", value: ["Bware", "Bware"], at: "chains.0.dvns" },
    { why: "other DVNs at one end", path: "chains.3.dvns", value: ["LayerZero Labs", "P2P"], at: "chains.3.dvns" },
    {
      why: "a feed that would have to be scripted",
      path: "markets.0.feeds.0.at",
      value: undefined,
      at: "markets.0.feeds.0.at",
    },
    { why: "an operator twice", path: "operators.1", value: "same", at: "operators.1" },
  ];
  for (const { why, path, value, at } of live) {
    it(`refuses on a live network ${why}`, () => {
      const given = value === "same" ? readNetworkParameters("testnet").operators[0] : value;
      const parsed = NetworkParametersSchema.safeParse(withField(path, given, "testnet"));

      expect(parsed.error?.issues.map((issue) => issue.path.join("."))).to.include(at);
    });
  }

  it("refuses chains on a devnet, which are started for it", () => {
    const { chains } = readNetworkParameters("testnet");

    const parsed = NetworkParametersSchema.safeParse(withField("chains", chains));

    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).to.deep.equal(["chains"]);
  });
});
