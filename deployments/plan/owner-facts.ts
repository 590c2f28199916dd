import { ENDPOINT_ABI } from "../tasks/layerzero-abi.ts";
import { type ContractReader, readerAt, readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal } from "./fact.ts";

/** What has an owner. The hub comes last: until then its owner can still mend what is wrong. */
export const OWNED = ["PriceAggregator", "PriceBandSensor", "IncidentHub"] as const;

/** Who governs: the owner of every contract, and the delegate that may change the hub's LayerZero configuration. */
export function ownerFacts(context: FactContext): FactGroup[] {
  const owner = context.parameters.owner ?? context.own.deployer;
  const holdsAtCreation = owner === context.own.deployer;
  const groups = [delegate(context, owner), ...OWNED.map((name) => ownerOf(readerOf(context, name), name, owner))];
  return groups.map((group) => ({ ...group, holdsAtCreation }));
}

function delegate(context: FactContext, owner: string): FactGroup {
  const hub = readerOf(context, "IncidentHub");
  const endpoint = readerAt(context, context.own.endpoint, ENDPOINT_ABI);
  return {
    stage: "owners",
    expected: { "LayerZero delegate": equal(owner) },
    read: async () => ({ "LayerZero delegate": await endpoint.ask("delegates", hub.address) }),
    mend: () => [hub.step("setDelegate", owner)],
  };
}

function ownerOf(contract: ContractReader, name: string, owner: string): FactGroup {
  return {
    stage: "owners",
    expected: { [`${name} owner`]: equal(owner) },
    read: async () => ({ [`${name} owner`]: await contract.ask("owner") }),
    mend: () => [contract.step("transferOwnership", owner)],
  };
}
