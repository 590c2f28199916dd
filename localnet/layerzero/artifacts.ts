import { createRequire } from "node:module";
import { SetupError } from "../../deployments/setup-error.ts";
import type { ContractArtifact } from "../../deployments/transaction-batch.ts";

const require = createRequire(import.meta.url);

const PROTOCOL = "@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts";
const MESSAGELIB = "@layerzerolabs/lz-evm-messagelib-v2/artifacts/contracts";

/** LayerZero publishes its contracts compiled; deploying them needs no compiler and no copy of theirs in our tree. */
export const LAYERZERO_ARTIFACTS = {
  EndpointV2: load(`${PROTOCOL}/EndpointV2.sol/EndpointV2.json`),
  SendUln302: load(`${MESSAGELIB}/uln/uln302/SendUln302.sol/SendUln302.json`),
  ReceiveUln302: load(`${MESSAGELIB}/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json`),
  PriceFeed: load(`${MESSAGELIB}/PriceFeed.sol/PriceFeed.json`),
  Executor: load(`${MESSAGELIB}/Executor.sol/Executor.json`),
  ExecutorFeeLib: load(`${MESSAGELIB}/ExecutorFeeLib.sol/ExecutorFeeLib.json`),
  DVN: load(`${MESSAGELIB}/uln/dvn/DVN.sol/DVN.json`),
  DVNFeeLib: load(`${MESSAGELIB}/uln/dvn/DVNFeeLib.sol/DVNFeeLib.json`),
} as const satisfies Record<string, ContractArtifact>;

function load(module: string): ContractArtifact {
  try {
    const artifact: ContractArtifact = require(module);
    return artifact;
  } catch (error) {
    const problem = `LayerZero's compiled contracts are missing (${module}).`;
    throw new SetupError("config", problem, { fix: "Run `npm ci`.", cause: error });
  }
}
