import { expect } from "chai";
import { Contract, ZeroAddress } from "ethers";

import { readDeployedContract } from "../../deployments/compiled-contract.ts";
import { type NetworkParameters, readNetworkParameters } from "../../deployments/network-parameters.ts";
import { type NetworkRecord, addressOf } from "../../deployments/network-record.ts";
import { type ContractName, SOURCES } from "../../deployments/plan/sources.ts";
import { type Difference, verifyMesh } from "../../deployments/tasks/verify.ts";
import { type WiredStep, wireMesh } from "../../deployments/tasks/wire.ts";
import { roleWallet } from "../../localnet/chains/accounts.ts";
import { DESK_LIMITS, VENUE_MARKET, referenceVenue, venueSensors } from "./support/reference-venue.ts";
import { type BareChain, targetOf, useMesh } from "./support/in-process-targets.ts";

/** As every market's desk allows it. */
const CAP = DESK_LIMITS.openInterestCap;

/** The testnet's parameters on chains of our own: scripted feeds in place of real ones, and everything else as it is. */
function wholeParameters(): NetworkParameters {
  const { deployerKey: _, ...testnet } = readNetworkParameters("testnet");
  const markets = testnet.markets.map((market) => ({
    ...market,
    feeds: market.feeds.map(({ at: _at, ...feed }) => feed),
  }));
  return {
    ...testnet,
    network: "whole",
    kind: "devnet",
    chains: [],
    markets,
    venue: referenceVenue(markets.map(({ id }) => id)),
    sensors: { ...testnet.sensors, ...venueSensors(markets.map(({ id }) => id)) },
  };
}

describe("the whole of a live network, on chains in this process", function () {
  this.timeout(240_000);

  const parameters = wholeParameters();
  let chains: BareChain[];
  let record: NetworkRecord;

  const targets = () => chains.map((chain) => targetOf(chain));
  const said = (differences: readonly Difference[]) => differences.map(({ chain, what }) => `${chain}: ${what}`);
  const first = () => record.chains[0]!;

  useMesh(parameters, (...deployed) => {
    [chains, record] = deployed;
  });

  const timelock = () =>
    new Contract(
      addressOf(first(), "ParameterTimelock"),
      readDeployedContract("ParameterTimelock").abi,
      chains[0]!.provider,
    );

  /** Has the tightener apply one chain's steps through its timelock. */
  const applyNow = async (steps: readonly WiredStep[]) => {
    const { provider } = chains[0]!;
    const tightener = parameters.governance!.tighteners[0]!;
    await provider.send("hardhat_impersonateAccount", [tightener]);
    await provider.send("hardhat_setBalance", [tightener, "0xde0b6b3a7640000"]);
    const changes = steps.filter(({ chain }) => chain === "chain-a").map(({ to, data }) => ({ target: to, data }));
    const bundle = { version: 1, reason: `0x${"00".repeat(32)}`, changes };
    const data = timelock().interface.encodeFunctionData("applyNow", [bundle]);
    const request = { from: tightener, to: timelock().target, data, gas: "0x4c4b40" };
    await provider.send("hardhat_mine", ["0x1"]);
    await provider.send("eth_sendTransaction", [request]);
  };

  it("is as its parameters say, and a second run sends nothing", async () => {
    expect(await verifyMesh(chains, record, parameters)).to.deep.equal([]);
    expect(await wireMesh(targets(), record, parameters)).to.deep.equal({ sent: [], withheld: [] });
  });

  it("has every contract that there is a source for", () => {
    const missing = (Object.keys(SOURCES) as ContractName[]).filter((name) => !(name in first().contracts));

    // Of these there are several, under names of their own.
    expect(missing).to.have.members(["FieldJudge", "InsuranceFund", "ScriptedFeed"]);
  });

  it("belongs to the timelock alone, and its deployer may change nothing", async () => {
    const { provider } = chains[0]!;
    const timelock = addressOf(first(), "ParameterTimelock");
    const deployer = roleWallet("deployer").connect(provider);
    const owned = Object.keys(first().contracts).filter((name) => {
      return name in SOURCES && readDeployedContract(name as ContractName).abi.hasFunction("owner()");
    });
    expect(owned).to.include.members(["IncidentHub", "PriceAggregator", "KeeperTreasury", "Council", "DrillSensor"]);
    expect(owned).to.include.members(["ClearingHouse", "OperatorDesk", "OutflowSensor", "SolvencySensor"]);
    for (const name of owned) {
      const { abi } = readDeployedContract(name as ContractName);
      const contract = new Contract(addressOf(first(), name), abi, deployer);
      expect(await contract.getFunction("owner").staticCall(), name).to.equal(timelock);
    }
    const hub = new Contract(addressOf(first(), "IncidentHub"), readDeployedContract("IncidentHub").abi, deployer);
    const failure: unknown = await hub
      .getFunction("setCouncil")
      .staticCall(ZeroAddress)
      .catch((error: unknown) => error);
    expect(String(failure)).to.contain("OwnableUnauthorizedAccount");
  });

  it("lets the tightener tighten at once through the timelock what wire says is left to governance", async () => {
    const { SilenceSensor } = parameters.sensors;
    const stricter: NetworkParameters = {
      ...parameters,
      sensors: {
        ...parameters.sensors,
        SilenceSensor: { ...SilenceSensor!, parameters: { ...SilenceSensor!.parameters, silenceSeconds: 1_500 } },
      },
    };
    expect(said(await verifyMesh(chains, record, stricter))).to.deep.equal(
      ["chain-a", "chain-b"].map((name) => `${name}: SilenceSensor: silenceSeconds`),
    );
    const { sent, withheld } = await wireMesh(targets(), record, stricter);
    expect(sent).to.deep.equal([]);

    await applyNow(withheld);

    expect(said(await verifyMesh(chains, record, stricter))).to.deep.equal(["chain-b: SilenceSensor: silenceSeconds"]);
  });

  it("lets the tightener ask more of the venue at once, and nobody less of it before the delay", async () => {
    const { venue } = parameters;
    const terms = { ...venue!.funds["1"]!.terms, movePpm: 50_000, floorUnits: "5" };
    const stricter = {
      ...parameters,
      venue: {
        ...venue!,
        funds: { ...venue!.funds, "1": { ...venue!.funds["1"]!, terms } },
        exit: { ...venue!.exit, limitsPpm: [100_000, 10_000, 0] as [number, number, number] },
        desk: { markets: { ...venue!.desk!.markets, "2": { openInterestCap: { ...CAP, mostSeconds: 10_800 } } } },
      },
    };
    // Budgets and moves of market 2 are taken away with it: the first waits, the second does not.
    const { withheld } = await wireMesh(targets(), record, stricter);
    const onFirst = withheld.filter(({ chain, what }) => chain === "chain-a" && !what.startsWith("setDeskLimits(1,"));
    expect(onFirst.map(({ what }) => what.slice(0, what.indexOf("(")))).to.deep.equal([
      "setFundTerms",
      "setExitTerms",
      "setDeskLimits",
      "setDeskLimits",
    ]);
    await applyNow(onFirst);
    expect(said(await verifyMesh(chains, record, stricter)).filter((line) => line.startsWith("chain-a"))).to.deep.equal(
      ["mostSeconds", "mostUnits"].map((field) => `chain-a: desk deleveragingBudget of market 2: ${field}`),
    );

    const looser = await wireMesh(targets(), record, parameters);
    const back = looser.withheld.filter(({ chain }) => chain === "chain-a");
    expect(back.map(({ what }) => what.slice(0, what.indexOf("(")))).to.deep.equal([
      "setFundTerms",
      "setExitTerms",
      "setDeskLimits",
      "setDeskLimits",
    ]);
    for (const { to, data, what } of back) {
      expect(await timelock().getFunction("isTightening").staticCall({ target: to, data }), what).to.equal(false);
    }
  });

  const changes: { what: string; given: Partial<NetworkParameters>; shows: string[] }[] = [
    {
      what: "a proposer",
      given: { governance: { ...parameters.governance!, proposers: [roleWallet("user").address] } },
      shows: ["role proposer"],
    },
    {
      what: "the timelock's delay",
      given: { governance: { ...parameters.governance!, delaySeconds: 86_400 } },
      shows: ["timelock delay"],
    },
    {
      what: "a member of the council",
      given: { council: { ...parameters.council!, members: parameters.council!.members.slice(1) } },
      shows: ["Council members"],
    },
    {
      what: "a guardian of the council",
      given: { council: { ...parameters.council!, guardians: [roleWallet("user").address] } },
      shows: ["Council guardians"],
    },
    {
      what: "the keepers' budget",
      given: { treasury: { ...parameters.treasury!, budget: { ...parameters.treasury!.budget, tipBps: 1 } } },
      shows: ["KeeperTreasury budget: tipBps"],
    },
    {
      what: "the gate's pace",
      given: { freshness: { ...parameters.freshness!, pace: { ...parameters.freshness!.pace, observations: 4 } } },
      shows: ["FreshnessGate pace: observations"],
    },
    {
      what: "an insurance fund's vault",
      given: {
        venue: {
          ...parameters.venue!,
          funds: { ...parameters.venue!.funds, "2": { terms: parameters.venue!.funds["2"]!.terms } },
        },
      },
      shows: ["vault of fund 2"],
    },
    {
      what: "who instructs the venue",
      given: { venue: { ...parameters.venue!, desk: undefined, insuranceMover: roleWallet("user").address } },
      shows: ["envelope setter", "insurance mover"],
    },
    {
      what: "how a market is deleveraged",
      given: {
        venue: {
          ...parameters.venue!,
          markets: { ...parameters.venue!.markets, "1": { ...VENUE_MARKET, deleveraging: "ranked" } },
        },
      },
      shows: ["market 1 at the venue: deleveraging"],
    },
    { what: "the gate", given: { freshness: undefined }, shows: ["lift gate"] },
    {
      what: "who confirms an alarm",
      given: { alarm: { ...parameters.alarm!, confirmedBy: ["PriceBandSensor"] } },
      shows: ["PublicAlarm confirming sensors"],
    },
    {
      what: "what a withdrawal asks of a price",
      given: { matrix: { ...parameters.matrix!, withdraw: { ...parameters.matrix!.withdraw, maxConfidenceBps: 150 } } },
      shows: ["market 1 matrix", "market 2 matrix"],
    },
  ];
  for (const { what, given, shows } of changes) {
    it(`sees that another was meant: ${what}`, async () => {
      const differences = await verifyMesh(
        chains.slice(0, 1),
        { ...record, chains: [first()] },
        { ...parameters, ...given },
      );

      const ours = said(differences).filter((line) => !line.includes("peers of no record"));
      expect(ours).to.deep.equal(shows.map((line) => `chain-a: ${line}`));
    });
  }
});
