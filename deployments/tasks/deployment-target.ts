import type { JsonRpcProvider, Signer } from "ethers";

import type { LayerZeroAddresses } from "../network-record.ts";

/** One chain that a task works on, and who pays and owns there. */
export interface DeploymentTarget {
  readonly name: string;
  readonly eid: number;
  readonly chainId: number;
  readonly provider: JsonRpcProvider;
  /** Owner of everything deployed: governance, and the hub's delegate for LayerZero. */
  readonly deployer: Signer;
  readonly layerzero: LayerZeroAddresses;
}
