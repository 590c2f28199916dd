import { Agent } from "node:http";

import { Contract, JsonRpcProvider, Network } from "ethers";

import { createHttpNode } from "../../../relayer/adapters/evm/http-node.ts";
import { quantity } from "../../../relayer/adapters/evm/read-blocks.ts";
import { readVenueEvents } from "../../../relayer/adapters/evm/read-events.ts";
import { createRpcPool } from "../../../relayer/adapters/evm/rpc-pool.ts";
import { venueInterface } from "../../../relayer/adapters/evm/venue-abi.ts";
import { createExposure } from "../../../relayer/domain/exposure/exposure.ts";
import { finaliseVenue, reduceVenueEvents } from "../../../relayer/domain/exposure/reduce-venue.ts";
import { createVenueBook } from "../../../relayer/domain/exposure/venue-book.ts";
import type { BlockRange } from "../../../relayer/ports/chain.ts";
import { postJson } from "../post-json.ts";
import type { VenueLogs } from "./venue-logs.ts";

/** Reads blocks to the end, one request a block, and says how many logs there were and what came of them. */
export type Contestant = (blocks: BlockRange) => Promise<Outcome>;

export interface Outcome {
  readonly logs: number;
  /** Lots bought in all fills. Everybody has to find the same. */
  readonly bought: bigint;
}

/** As the relayer does: checked, in order, decoded, and reduced to positions and exposures that a reorg can undo. */
export function createOurs({ url, venue }: VenueLogs): Contestant {
  const pool = createRpcPool({ nodes: [createHttpNode(url)], maxLogRange: 1, verify: () => Promise.resolve() });
  const { signal } = new AbortController();
  return async ({ from, to }) => {
    const reader = { exposure: createExposure(1), chain: 0, book: createVenueBook() };
    let [logs, bought] = [0, 0];
    for (let block = from; block <= to; block += 1) {
      const events = await pool.run((session) => readVenueEvents(session, venue, { from: block, to: block }), signal);
      const fault = reduceVenueEvents(reader, events);
      if (fault !== null) throw new RangeError(`the venue's events do not reduce: ${fault.kind}`);
      finaliseVenue(reader, block - 2);
      logs += events.length;
      for (const { event } of events) if (event.kind === "traded" && event.lots > 0) bought += event.lots;
    }
    return { logs, bought: BigInt(bought) };
  };
}

/** The least: the same requests, parsed as JSON, account, market and size cut out. Nothing is checked or kept. */
export function createFloor({ url, venue }: VenueLogs): Contestant {
  const agent = new Agent({ keepAlive: true });
  return async ({ from, to }) => {
    let [logs, bought] = [0, 0n];
    for (let block = from; block <= to; block += 1) {
      const filter = { address: venue, fromBlock: quantity(block), toBlock: quantity(block) };
      const answer = (await postJson(agent, url, { method: "eth_getLogs", params: [filter] })) as RawAnswer;
      for (const { topics, data } of answer.result) {
        const fill = {
          account: topics[1]?.slice(26) ?? "",
          market: parseInt(topics[2]?.slice(64) ?? "", 16),
          size: BigInt.asIntN(256, BigInt(data.slice(0, 66))),
        };
        logs += 1;
        if (fill.size > 0n && fill.market > 0 && fill.account !== "") bought += fill.size;
      }
    }
    return { logs, bought: bought >> 104n };
  };
}

interface RawAnswer {
  readonly result: readonly { readonly topics: readonly string[]; readonly data: string }[];
}

/** `queryFilter`, with the library's own settings. */
export function createEthers({ url, venue }: VenueLogs, chainId: number): Contestant {
  const network = new Network("ingest", chainId);
  const provider = new JsonRpcProvider(url, network, { staticNetwork: network });
  const contract = new Contract(venue, venueInterface, provider);
  return async ({ from, to }) => {
    let [logs, bought] = [0, 0n];
    for (let block = from; block <= to; block += 1) {
      for (const log of await contract.queryFilter("Traded", block, block)) {
        logs += 1;
        if (!("args" in log)) continue;
        const size = log.args["sizeFine"] as bigint;
        if (size > 0n) bought += size;
      }
    }
    return { logs, bought: bought >> 104n };
  };
}
