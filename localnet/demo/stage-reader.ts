import { Contract, type Interface } from "ethers";

import { type ChainRecord, addressOf } from "../../deployments/network-record.ts";
import { leases } from "../../relayer/domain/incident/leases.ts";
import { posture, rungsAt } from "../../relayer/domain/incident/posture.ts";
import type { Rungs } from "../../relayer/domain/incident/rungs.ts";
import { word } from "../../relayer/domain/incident/word.ts";
import type { LocalChain } from "../chains/start-chain.ts";
import { nextLeaseEnd } from "./lease-end.ts";
import type { ChainAtStage } from "./report.ts";

/** Reads one hub, from outside, for one market. */
export interface HubReader {
  readonly chain: LocalChain;
  readonly record: ChainRecord;
  rungs(): Promise<Rungs>;
  read(): Promise<ChainAtStage>;
  /** When the next lease of the market ends, unix seconds, or null when none is running. */
  nextLeaseEnd(): Promise<number | null>;
}

export interface HubReaderOptions {
  readonly chain: LocalChain;
  readonly record: ChainRecord;
  readonly hubAbi: Interface;
  readonly market: number;
}

export function createHubReader({ chain, record, hubAbi, market }: HubReaderOptions): HubReader {
  const hub = new Contract(addressOf(record, "IncidentHub"), hubAbi, chain.provider);
  const call = async (method: string, ...args: unknown[]): Promise<unknown> =>
    hub.getFunction(method).staticCall(...args);
  const rungs = async (): Promise<Rungs> => rungsAt(posture(BigInt(String(await call("postureNow")))), market);
  return {
    chain,
    record,
    rungs,
    async read() {
      const [meshDigest, held] = await Promise.all([call("meshDigest"), rungs()]);
      return { chain: chain.name, meshDigest: String(meshDigest), rungs: held };
    },
    async nextLeaseEnd() {
      const [mesh, local, lease] = await Promise.all([
        call("meshWord", market),
        call("localWord", market),
        call("leases"),
      ]);
      const words = [mesh, local].map((value) => word(BigInt(String(value))));
      return nextLeaseEnd(words, leases(BigInt(String(lease))), await chain.now());
    },
  };
}

/** Whether every chain read holds the same words and the same posture. */
export function isAgreed(chains: readonly ChainAtStage[]): boolean {
  return new Set(chains.map(({ meshDigest, rungs }) => `${meshDigest} ${rungs}`)).size <= 1;
}
