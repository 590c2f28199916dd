import { Contract, type JsonRpcProvider, keccak256, zeroPadValue } from "ethers";

import { packLeases } from "../../relayer/domain/incident/leases.ts";
import { readCompiledContract } from "../compiled-contract.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import { type ChainRecord, type NetworkRecord, addressOf } from "../network-record.ts";
import { packLimits } from "../schema.ts";
import { packGrant } from "./deploy.ts";
import { feedName, packBand } from "./deploy-prices.ts";
import { type Difference, type Findings, createFindings } from "./findings.ts";
import { ENDPOINT_ABI } from "./layerzero-abi.ts";
import { verifyPathway } from "./verify-pathway.ts";

export type { Difference } from "./findings.ts";

const OWNED = [
  ["hub", "IncidentHub"],
  ["oracle", "PriceAggregator"],
  ["sensors/price-band", "PriceBandSensor"],
] as const;

/** A chain that is only read. */
export interface VerifiedChain {
  readonly eid: number;
  readonly provider: JsonRpcProvider;
}

interface Checked {
  readonly provider: JsonRpcProvider;
  readonly own: ChainRecord;
  readonly record: NetworkRecord;
  readonly parameters: NetworkParameters;
  readonly findings: Findings;
}

/**
 * Reads every parameter back from the chains and compares it with the record and the parameters.
 * @returns what differs; an empty list when all is as it should be.
 */
export async function verifyMesh(
  chains: readonly VerifiedChain[],
  record: NetworkRecord,
  parameters: NetworkParameters,
): Promise<Difference[]> {
  const all = await Promise.all(
    record.chains.map(async (own) => {
      const findings = createFindings(own.name);
      const provider = chains.find(({ eid }) => eid === own.eid)?.provider;
      if (!provider) findings.compare("connection", "an RPC for this chain", "none");
      else await verifyChain({ provider, own, record, parameters, findings });
      return findings.differences.toSorted((a, b) => a.what.localeCompare(b.what));
    }),
  );
  return all.flat();
}

async function verifyChain(checked: Checked): Promise<void> {
  const { provider, own, record, parameters, findings } = checked;
  findings.compare("chain id", own.chainId, await readChainId(provider));
  await verifyCode(checked);
  // Where there is no contract there is nothing to ask.
  if (findings.differences.length > 0) return;
  const hub = contractOf(checked, "hub", "IncidentHub");
  await Promise.all([
    verifyHub(checked, hub),
    verifyOwners(checked),
    verifyPeers(checked, hub),
    verifyOperators(checked, hub),
    verifyMarkets(checked, hub),
    verifyPrices(checked),
    ...record.chains
      .filter(({ eid }) => eid !== own.eid)
      .map((peer) => verifyPathway({ provider, own, peer, messaging: parameters.messaging, findings })),
  ]);
}

async function readChainId(provider: JsonRpcProvider): Promise<number> {
  return Number(await provider.send("eth_chainId", []));
}

/** A contract whose code is not the recorded one is somebody else's, whatever it answers. */
async function verifyCode({ provider, own, findings }: Checked): Promise<void> {
  const checks = Object.entries(own.contracts).map(async ([name, contract]) => {
    const code = await provider.getCode(contract.address);
    findings.compare(`${name} code hash`, contract.codeHash, keccak256(code));
  });
  await Promise.all(checks);
}

async function verifyHub({ provider, own, parameters, findings }: Checked, hub: Contract): Promise<void> {
  const [endpoint, meshId, leases, limits, balance] = await Promise.all([
    hub.getFunction("endpoint")(),
    hub.getFunction("meshId")(),
    hub.getFunction("leases")(),
    hub.getFunction("limits")(),
    provider.getBalance(hub),
  ]);
  findings.compare("endpoint", own.endpoint, endpoint);
  findings.compare("mesh id", parameters.meshId, meshId);
  findings.compare("leases", packLeases(parameters.leases), leases);
  for (const [name, value] of Object.entries(packLimits(parameters.limits))) {
    findings.compare(`limits.${name}`, value, limits[name]);
  }
  findings.require("messaging funds", "more than 0 wei", balance > 0n, balance);
}

/** Owner and delegate may change everything else; both are what the hub was constructed with. */
async function verifyOwners(checked: Checked): Promise<void> {
  const { provider, own, findings } = checked;
  const owner = own.contracts["IncidentHub"]?.args[1];
  for (const [folder, name] of OWNED) {
    const contract = contractOf(checked, folder, name);
    findings.compare(`${name} owner`, owner, await contract.getFunction("owner")());
  }
  const endpoint = new Contract(own.endpoint, ENDPOINT_ABI, provider);
  const delegate: unknown = await endpoint.getFunction("delegates")(addressOf(own, "IncidentHub"));
  findings.compare("LayerZero delegate", owner, delegate);
}

async function verifyPeers({ own, record, findings }: Checked, hub: Contract): Promise<void> {
  const peers = record.chains.filter(({ eid }) => eid !== own.eid).map(({ eid }) => eid);
  findings.compareSets("peers", peers, [...(await hub.getFunction("peerEids")())].map(Number));
  for (const peer of record.chains) {
    if (peer.eid === own.eid) continue;
    const expected = zeroPadValue(addressOf(peer, "IncidentHub"), 32);
    findings.compare(`peer ${peer.name}`, expected, await hub.getFunction("peers")(peer.eid));
  }
}

async function verifyOperators({ parameters, own, findings }: Checked, hub: Contract): Promise<void> {
  // The hub lists no operators, so that those which it should not have are found in its events.
  const events = await hub.queryFilter("OperatorSet", own.contracts["IncidentHub"]?.block ?? 0);
  const active = new Set<string>();
  for (const event of events) {
    if (!("args" in event)) continue;
    if (event.args["isActive"]) active.add(event.args["operator"]);
    else active.delete(event.args["operator"]);
  }
  findings.compareSets("operators", parameters.operators, [...active]);
  for (const operator of parameters.operators) {
    findings.compare(`operator ${operator}`, true, await hub.getFunction("isOperator")(operator));
  }
}

async function verifyMarkets({ parameters, own, findings }: Checked, hub: Contract): Promise<void> {
  const posture = BigInt(await hub.getFunction("posture")());
  const registered = Array.from({ length: 32 }, (_, market) => market).filter(
    (market) => (posture >> BigInt(market * 8 + 7)) & 1n,
  );
  findings.compareSets("markets", [0, ...parameters.markets.map(({ id }) => id)], registered);
  const grant = await hub.getFunction("sensorGrant")(addressOf(own, "PriceBandSensor"));
  for (const [name, value] of Object.entries(packGrant(parameters))) {
    findings.compare(`grant of PriceBandSensor: ${name}`, value, grant[name]);
  }
}

async function verifyPrices(checked: Checked): Promise<void> {
  const { own, parameters, findings } = checked;
  const aggregator = contractOf(checked, "oracle", "PriceAggregator");
  const sensor = contractOf(checked, "sensors/price-band", "PriceBandSensor");
  findings.compare("PriceBandSensor hub", addressOf(own, "IncidentHub"), await sensor.getFunction("hub")());
  findings.compare("PriceBandSensor aggregator", aggregator.target, await sensor.getFunction("aggregator")());
  for (const market of parameters.markets) {
    const [configs, minCount] = await aggregator.getFunction("feeds")(market.id);
    const feeds = market.feeds.map(({ maxAgeSeconds, weight }, index) => {
      return [addressOf(own, feedName(market.id, index)), maxAgeSeconds, weight];
    });
    findings.compare(
      `market ${market.id} feeds`,
      feeds,
      [...configs].map((config) => [...config]),
    );
    findings.compare(`market ${market.id} least feeds`, market.minFeeds, minCount);
    const band = await sensor.getFunction("band")(market.id);
    for (const [name, value] of Object.entries(packBand(market.band))) {
      findings.compare(`market ${market.id} band: ${name}`, value, band[name]);
    }
  }
}

function contractOf({ provider, own }: Checked, folder: string, name: string): Contract {
  return new Contract(addressOf(own, name), readCompiledContract(folder, name).abi, provider);
}
