import type { JsonRpcProvider, Signer } from "ethers";

import type { LayerZeroAddresses } from "../network-record.ts";
import type { Pace } from "../transaction-batch.ts";

/** One chain that a task works on, and who pays and owns there. */
export interface DeploymentTarget {
  readonly name: string;
  readonly eid: number;
  readonly chainId: number;
  readonly provider: JsonRpcProvider;
  /** Owner of everything deployed, until it hands over; and until then the hub's delegate for LayerZero. */
  readonly deployer: Signer;
  readonly layerzero: LayerZeroAddresses;
  /** Blocks that DVNs wait for before they verify what this chain sent; the parameters' number unless given. */
  readonly confirmations?: number;
  /** "together" unless given. */
  readonly pace?: Pace;
}
