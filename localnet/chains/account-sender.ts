import { setTimeout as sleep } from "node:timers/promises";
import type { HDNodeWallet, JsonRpcProvider, TransactionReceipt } from "ethers";

import { SetupError } from "../../deployments/setup-error.ts";

export interface AccountRequest {
  readonly to: string;
  readonly data: string;
  /** Fixed, because a transaction that will revert cannot be estimated. */
  readonly gasLimit: bigint;
}

/** The one owner of an account's nonces on one chain. */
export interface AccountSender {
  /**
   * Sends without waiting for earlier ones, and resolves once mined, whether it succeeded or reverted.
   * Rejects when the chain does not take it or does not mine it; the next one then starts from the chain's own count.
   */
  send(request: AccountRequest): Promise<TransactionReceipt>;
}

export interface AccountSenderOptions {
  readonly provider: JsonRpcProvider;
  readonly wallet: HDNodeWallet;
  readonly chainId: number;
}

/** Far above what a local chain's base fee climbs to, so that no transaction is ever replaced. */
const MAX_FEE_WEI = 500n * 10n ** 9n;
const PRIORITY_FEE_WEI = 10n ** 9n;
const RECEIPT_TIMEOUT_MS = 20_000;
const RECEIPT_POLL_MS = 4;
const RECEIPT_POLL_MAX_MS = 100;

export function createAccountSender(options: AccountSenderOptions): AccountSender {
  const { provider, wallet, chainId } = options;
  let nextNonce: number | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  const broadcast = async (request: AccountRequest): Promise<string> => {
    const nonce = nextNonce ?? (await provider.getTransactionCount(wallet.address, "pending"));
    nextNonce = undefined;
    const fees = { maxFeePerGas: MAX_FEE_WEI, maxPriorityFeePerGas: PRIORITY_FEE_WEI };
    const raw = await wallet.signTransaction({ type: 2, chainId, nonce, ...fees, ...request });
    const hash = String(await provider.send("eth_sendRawTransaction", [raw]));
    nextNonce = nonce + 1;
    return hash;
  };
  return {
    async send(request) {
      const sent = sending.then(() => broadcast(request));
      sending = sent.catch(() => {});
      const hash = await sent;
      try {
        return await waitForReceipt(provider, hash);
      } catch (error) {
        nextNonce = undefined;
        throw error;
      }
    },
  };
}

async function waitForReceipt(provider: JsonRpcProvider, hash: string): Promise<TransactionReceipt> {
  const deadline = performance.now() + RECEIPT_TIMEOUT_MS;
  for (
    let pauseMs = RECEIPT_POLL_MS;
    performance.now() < deadline;
    pauseMs = Math.min(pauseMs * 2, RECEIPT_POLL_MAX_MS)
  ) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt) return receipt;
    await sleep(pauseMs);
  }
  const problem = `A transaction was not mined within ${RECEIPT_TIMEOUT_MS / 1000} s.`;
  throw new SetupError("temporary", problem, { fix: "Check that the chain makes blocks." });
}
