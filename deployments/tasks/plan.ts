import { JsonRpcProvider, Network, dataSlice, getAddress, id } from "ethers";

import type { ChainSite } from "../connections.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import type { ChainRecord, ContractRecord, NetworkRecord } from "../network-record.ts";
import { planContracts } from "../plan/contracts.ts";
import { type FactGroup, STAGES } from "../plan/fact.ts";
import { planFacts } from "../plan/facts.ts";
import { placeholderAddress } from "../placeholder.ts";
import { argsOf, toJson } from "./planned-args.ts";
import { type WiredStep, describeStep, orderSteps } from "./wire.ts";

/** What would be sent to one chain that has what the record says, and nothing set. */
export interface ChainPlan {
  readonly chain: string;
  readonly chainId: number;
  readonly eid: number;
  readonly endpoint: string;
  readonly dvns: readonly string[];
  readonly creates: readonly { readonly name: string; readonly args: ContractRecord["args"] }[];
  readonly sends: readonly WiredStep[];
}

/** A plan, and what stands in it for the addresses that are not known before something is sent. */
export interface MeshPlan {
  readonly chains: readonly ChainPlan[];
  /** Address by what it stands for, as "chain-a/IncidentHub". */
  readonly standIns: ReadonlyMap<string, string>;
}

/**
 * What `deployMesh` and then `wireMesh` would send, without asking any chain. A contract that is not in the record gets
 * an address that stands for it.
 */
export function planMesh(
  sites: readonly ChainSite[],
  parameters: NetworkParameters,
  before: NetworkRecord | null,
): MeshPlan {
  const standIns = new Map<string, string>();
  const created = new Map<string, ChainPlan["creates"]>();
  const chains = sites.map((site) => {
    const recorded = before?.chains.find(({ eid }) => eid === site.eid);
    const { chain, creates } = foresee(site, parameters, recorded);
    created.set(chain.name, creates);
    for (const [name, { address, transaction }] of Object.entries(chain.contracts)) {
      if (transaction === NOT_YET.transaction) standIns.set(`${chain.name}/${name}`, address);
    }
    if (!recorded) standIns.set("deployer", chain.deployer);
    return chain;
  });
  const { network, meshId, leases, limits, operators } = parameters;
  const record: NetworkRecord = { version: 1, network, meshId, leases, limits, operators, chains };
  const plans = chains.map((own): ChainPlan => {
    const { name: chain, chainId, eid, endpoint, dvns } = own;
    const provider = createNoProvider(own);
    const groups = planFacts({ own, record, parameters, provider });
    const isNew = !before?.chains.some(({ eid: known }) => known === eid);
    const open = groups.filter(({ holdsAtCreation }) => !isNew || holdsAtCreation !== true);
    const steps = STAGES.flatMap((stage) => orderSteps(open.filter((one) => one.stage === stage).flatMap(mendAll)));
    const sends = steps.map((step) => describeStep(chain, step));
    provider.destroy();
    return { chain, chainId, eid, endpoint, dvns, creates: created.get(chain) ?? [], sends };
  });
  return { chains: plans, standIns };
}

function mendAll({ expected, mend }: FactGroup) {
  return mend?.({ wrong: new Set(Object.keys(expected)), actual: {} }) ?? [];
}

/** The chain's record as it would be, with addresses that stand for those of contracts to come. */
function foresee(site: ChainSite, parameters: NetworkParameters, recorded: ChainRecord | undefined) {
  const { name, eid, chainId, layerzero } = site;
  const { endpoint, sendUln, receiveUln, executor, dvns } = layerzero;
  const confirmations = site.confirmations ?? parameters.messaging.confirmations;
  const deployer = recorded?.deployer ?? placeholderAddress(parameters.network, "deployer");
  let chain: ChainRecord = {
    ...{ name, eid, chainId, startBlock: recorded?.startBlock ?? 0, deployer },
    ...{ endpoint, sendUln, receiveUln, executor, dvns: [...dvns], confirmations },
    contracts: recorded?.contracts ?? {},
    pending: {},
  };
  const creates = planContracts(parameters).flatMap((planned) => {
    if (chain.contracts[planned.name]) return [];
    const args = toJson(argsOf(planned, chain, parameters));
    const contract = { ...NOT_YET, args, address: standInOf(name, planned.name) };
    chain = { ...chain, contracts: { ...chain.contracts, [planned.name]: contract } };
    return planned.createdBy ? [] : [{ name: planned.name, args }];
  });
  return { chain, creates };
}

const NOT_YET = { block: 0, transaction: "0x", codeHash: "0x", compiler: "0.0.0", commit: null };

function standInOf(chain: string, contract: string): string {
  return getAddress(dataSlice(id(`stands for ${contract} of ${chain}`), 12));
}

/** Facts are built over a provider, and a plan asks it nothing. */
function createNoProvider({ name, chainId }: ChainRecord): JsonRpcProvider {
  const network = new Network(name, chainId);
  return new JsonRpcProvider("http://offline.invalid", network, { staticNetwork: network });
}
