import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { Contract, JsonRpcProvider, Network } from "ethers";

import { readCompiledContract } from "../../../deployments/compiled-contract.ts";
import { createTransactionBatch } from "../../../deployments/transaction-batch.ts";
import { roleWallet } from "../../../localnet/chains/accounts.ts";
import { startAnvil } from "../../../localnet/chains/anvil-process.ts";
import { findFreePort } from "../../../localnet/processes/free-port.ts";
import { createShutdown } from "../../../localnet/shutdown.ts";
import type { Hex } from "../../../relayer/domain/hex.ts";
import type { BlockRange } from "../../../relayer/ports/chain.ts";
import { writeFills } from "./fill-story.ts";

/** A chain with the logs of a busy venue on it. */
export interface VenueLogs {
  readonly url: string;
  readonly venue: Hex;
  /** One block each, every one full of logs. */
  readonly blocks: BlockRange;
  readonly logsInBlock: number;
  stop(): Promise<void>;
}

export const CHAIN_ID = 31_950;
const FILLS_IN_BLOCK = 1_500;
const GAS_LIMIT = 28_000_000;
const INTERRUPTED = 130;

/** Starts an anvil and has `count` blocks of fills emitted there. */
export async function startVenueLogs(count: number): Promise<VenueLogs> {
  const shutdown = createShutdown({
    log: (line) => void process.stderr.write(`${line}\n`),
    interruptExitCode: INTERRUPTED,
  });
  try {
    const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-ingest-"));
    await shutdown.add("temporary files", () => rmSync(dir, { recursive: true, force: true }));
    const port = await findFreePort();
    const anvil = await startAnvil({ chainId: CHAIN_ID, port, dir, stateFile: path.join(dir, "state.json") });
    await shutdown.add("chain", () => anvil.end("SIGKILL"));

    const url = `http://127.0.0.1:${String(port)}`;
    const network = new Network("ingest", CHAIN_ID);
    const provider = new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1 });
    await shutdown.add("provider", () => provider.destroy());
    const signer = roleWallet("deployer").connect(provider);
    const batch = await createTransactionBatch({ signer: roleWallet("deployer"), provider, chain: "ingest" });
    const { address, abi } = batch.deploy(readCompiledContract("mocks/clearing", "FillBurst"), []);
    await batch.settle();
    const burst = new Contract(address, abi, signer).getFunction("burst");
    const from = (await provider.getBlockNumber()) + 1;
    const story = writeFills(count, FILLS_IN_BLOCK);
    for (const legs of story.blocks) await (await burst.send(legs, { gasLimit: GAS_LIMIT })).wait();
    return {
      url,
      venue: address.toLowerCase() as Hex,
      blocks: { from, to: from + count - 1 },
      logsInBlock: story.legsInBlock,
      stop: () => shutdown.run(),
    };
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}
