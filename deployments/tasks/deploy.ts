import { CHAINS_AT_ONCE, mapAtMost } from "../map-at-most.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import type { ChainRecord, NetworkRecord } from "../network-record.ts";
import type { RecordStore } from "../record-store.ts";
import { SetupError, describeCause } from "../setup-error.ts";
import { type ChainBook, deployChain } from "./deploy-chain.ts";
import type { DeploymentTarget } from "./deployment-target.ts";

export interface DeployOptions {
  /** Holds what an earlier run has done; is written whenever something more is. */
  readonly store: RecordStore;
  readonly log?: (line: string) => void;
}

/**
 * Creates the contracts of every target that are not there yet, all chains at once. What is there already is checked,
 * not made again, so that a second run sends nothing and a run after an interruption does the rest. {@link wireMesh} then
 * sets them up.
 * @throws SetupError "config" when the contracts are not built or the record is of something else, "temporary" when a
 * chain does not answer or mine, "fatal" when a transaction fails.
 */
export async function deployMesh(
  targets: readonly DeploymentTarget[],
  parameters: NetworkParameters,
  { store, log = () => {} }: DeployOptions,
): Promise<NetworkRecord> {
  const { network, meshId, leases, limits, operators } = parameters;
  let record = store.read() ?? { version: 1, network, meshId, leases, limits, operators, chains: [] };
  if (record.network !== network || record.meshId.toLowerCase() !== meshId.toLowerCase()) {
    const problem = `The record is of network "${record.network}", not of "${network}" with this mesh id.`;
    throw new SetupError("config", problem, { fix: "Give the record that belongs to these parameters." });
  }
  // What the constructors took is in each contract's arguments; these are what is wired, and may have changed since.
  record = { ...record, leases, limits, operators };
  const bookOf = (target: DeploymentTarget): ChainBook => ({
    read: () => record.chains.find(({ eid }) => eid === target.eid),
    write(chain) {
      record = { ...record, chains: replaceChain(record.chains, chain, targets) };
      store.write(record);
    },
  });
  const outcomes = await mapAtMost(CHAINS_AT_ONCE, targets, async (target) => {
    // One chain that fails does not keep the others from being finished, and recorded.
    const deploying = deployChain({ target, parameters, book: bookOf(target), log });
    return deploying.then(
      () => null,
      (error: unknown) => ({ error, chain: target.name }),
    );
  });
  const [first, ...others] = outcomes.filter((outcome) => outcome !== null);
  if (first === undefined) return record;
  if (others.length > 0) log(`${others.map(({ chain }) => chain).join(", ")} failed as well`);
  if (first.error instanceof SetupError) throw first.error;
  const problem = `${first.chain} cannot be deployed: ${describeCause(first.error)}.`;
  throw new SetupError("temporary", problem, { fix: "Check the node, then run again.", cause: first.error });
}

/** Chains in the order of the targets, whichever is written first. */
function replaceChain(
  chains: readonly ChainRecord[],
  changed: ChainRecord,
  targets: readonly DeploymentTarget[],
): ChainRecord[] {
  const order = (chain: ChainRecord) => {
    const index = targets.findIndex(({ eid }) => eid === chain.eid);
    return index < 0 ? targets.length : index;
  };
  return [...chains.filter(({ eid }) => eid !== changed.eid), changed].toSorted((a, b) => order(a) - order(b));
}
