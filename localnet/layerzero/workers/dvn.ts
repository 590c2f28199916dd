import { Interface, getBytes, id, keccak256, solidityPacked, toBeHex } from "ethers";
import { setTimeout as sleep } from "node:timers/promises";

import { SetupError } from "../../../deployments/setup-error.ts";
import { dvnSigner } from "../../chains/accounts.ts";
import { LAYERZERO_ARTIFACTS } from "../artifacts.ts";
import { VERIFIER_ID_MODULUS } from "../deploy-layerzero.ts";
import { type KnownDelivery, timesVerified } from "./delivery-book.ts";
import { RECEIVE_ULN } from "./delivery-events.ts";
import type { WorkerChain, WorkerChains } from "./worker-chain.ts";

/** A DVN off chain: reads packets at the source, signs for them, has its contract verify them at the destination. */
export interface Dvn {
  /** Verifies the packet, and again where the plan says so. Does what is still missing and nothing else. */
  verify(delivery: KnownDelivery): Promise<void>;
  /** Whether everything that the plan lets this DVN do for the packet has been seen on chain. */
  isDone(delivery: KnownDelivery): boolean;
}

export interface DvnOptions {
  readonly index: 0 | 1;
  readonly chains: WorkerChains;
  /** Blocks to wait for at the source; 1 is inclusion. */
  readonly confirmations: number;
}

const DVN = Interface.from(LAYERZERO_ARTIFACTS.DVN.abi);
/** Local chains jump in time, so a signature of ours does not expire. */
const NEVER = 2n ** 40n;
const VERIFY_GAS = 400_000n;

export function createDvn({ index, chains, confirmations }: DvnOptions): Dvn {
  const signer = dvnSigner(index);
  const role = index === 0 ? "dvn1" : "dvn2";

  const submit = async (delivery: KnownDelivery, payloadHash: string) => {
    const destination = chainOf(chains, delivery.name.dstEid);
    const { layerzero, chain, senders } = destination;
    const vid = chain.eid % VERIFIER_ID_MODULUS;
    const target = layerzero.receiveUln;
    const callData = RECEIVE_ULN.encodeFunctionData("verify", [delivery.packet.header, payloadHash, confirmations]);
    const packed = solidityPacked(["uint32", "address", "uint256", "bytes"], [vid, target, NEVER, callData]);
    const signatures = await signer.signMessage(getBytes(keccak256(packed)));
    const data = DVN.encodeFunctionData("execute", [[{ vid, target, callData, expiration: NEVER, signatures }]]);
    const receipt = await senders[role].send({ to: dvnAddress(destination), data, gasLimit: VERIFY_GAS });
    // The DVN swallows failures of what it executes; only the library's event says that it worked.
    if (!receipt.logs.some((log) => log.address === target)) {
      throw new SetupError("fatal", "A DVN's verification had no effect.", { fix: "Check its signer and library." });
    }
  };
  const dvnAddress = ({ layerzero }: WorkerChain) => layerzero.dvns[index] ?? "";
  const times = (delivery: KnownDelivery, payloadHash: string) =>
    timesVerified(delivery, dvnAddress(chainOf(chains, delivery.name.dstEid)), payloadHash);
  const forges = ({ faults }: KnownDelivery) => index === 0 && faults.isForged;
  const withholds = ({ faults }: KnownDelivery) => index === 1 && faults.isWithheld;

  return {
    async verify(delivery) {
      const { packet, faults } = delivery;
      if (withholds(delivery)) return;
      await sleep(Math.max(0, delivery.seenAtMs + faults.delayMs - performance.now()));
      await waitForDepth(chainOf(chains, packet.srcEid), delivery.sentInBlock, confirmations);
      const forged = forgedHash(packet.payloadHash);
      if (forges(delivery) && times(delivery, forged) === 0) await submit(delivery, forged);
      const isMissing = times(delivery, packet.payloadHash) === 0 && delivery.commits === 0;
      if (isMissing) await submit(delivery, packet.payloadHash);
      const isRepeatDue = faults.isDuplicated && delivery.deliveries > 0 && times(delivery, packet.payloadHash) === 1;
      if (isRepeatDue) await submit(delivery, packet.payloadHash);
    },
    isDone(delivery) {
      if (withholds(delivery)) return true;
      const isForgeryDone = !forges(delivery) || times(delivery, forgedHash(delivery.packet.payloadHash)) > 0;
      const expected = delivery.faults.isDuplicated && delivery.deliveries > 0 ? 2 : 1;
      return isForgeryDone && times(delivery, delivery.packet.payloadHash) >= expected;
    },
  };
}

/** The payload that a forging DVN vouches for: nobody ever sent it. */
export function forgedHash(payloadHash: string): string {
  return id(`forged/${payloadHash}`);
}

export function chainOf(chains: WorkerChains, eid: number): WorkerChain {
  const chain = chains.get(eid);
  if (chain) return chain;
  throw new SetupError("fatal", `A packet names endpoint ${toBeHex(eid)}, which is not ours.`, {
    fix: "Check the peers.",
  });
}

async function waitForDepth({ chain }: WorkerChain, block: number, confirmations: number): Promise<void> {
  // Inclusion is what the event itself proves.
  if (confirmations <= 1) return;
  const head = await chain.provider.getBlockNumber();
  if (head >= block + confirmations - 1) return;
  throw new SetupError("temporary", "A packet has too few confirmations yet.", { fix: "Wait for more blocks." });
}
