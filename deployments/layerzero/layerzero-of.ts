import type { ChainParameters } from "../network-parameters.ts";
import type { LayerZeroAddresses } from "../network-record.ts";
import { SetupError } from "../setup-error.ts";
import { readMetadata } from "./metadata.ts";

/**
 * LayerZero's contracts on a chain of a live network, and its endpoint id.
 * @throws SetupError "config" that names the field, for a network or a DVN that the metadata does not have.
 */
export function layerZeroOf(chain: ChainParameters): LayerZeroAddresses & { readonly eid: number } {
  const { networks } = readMetadata();
  const found = networks[chain.layerzero];
  if (!found) {
    const problem = `chains.${chain.name}.layerzero: LayerZero's metadata has no network "${chain.layerzero}".`;
    throw new SetupError("config", problem, { fix: `It has ${Object.keys(networks).join(", ")}.` });
  }
  const { eid, endpoint, sendUln, receiveUln, executor } = found;
  const dvns = chain.dvns.map((dvn) => {
    if (typeof dvn !== "string") return dvn.address;
    const address = found.dvns[dvn];
    if (address !== undefined) return address;
    const problem = `chains.${chain.name}.dvns: LayerZero's metadata has no DVN "${dvn}" on ${chain.layerzero}.`;
    const fix = `It has ${Object.keys(found.dvns).join(", ")}; give another as {"name": …, "address": …}.`;
    throw new SetupError("config", problem, { fix });
  });
  return { eid, endpoint, sendUln, receiveUln, executor, dvns };
}
