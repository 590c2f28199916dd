import { Agent } from "node:http";

import { Contract, JsonRpcProvider, Network } from "ethers";

import { createHttpNode } from "../../../relayer/adapters/evm/http-node.ts";
import { quantity } from "../../../relayer/adapters/evm/read-blocks.ts";
import { createRpcPool } from "../../../relayer/adapters/evm/rpc-pool.ts";
import { readVenueSpan } from "../../../relayer/adapters/evm/venue/read-venue-span.ts";
import { venueInterface } from "../../../relayer/adapters/evm/venue/venue-abi.ts";
import { createExposure } from "../../../relayer/domain/exposure/exposure.ts";
import { finaliseVenue, reduceVenueBlocks, type VenueColumn } from "../../../relayer/domain/venue/reduce-venue.ts";
import { createVenueBook } from "../../../relayer/domain/venue/venue-book.ts";
import type { VenueEvent } from "../../../relayer/domain/venue/venue-event.ts";
import type { BlockRange } from "../../../relayer/ports/chain.ts";
import { postJson } from "../post-json.ts";
import { MARKETS } from "./fill-story.ts";
import type { VenueLogs } from "./venue-logs.ts";

/** Reads blocks to the end, one request a block, and says how many logs there were and what came of them. */
export type Contestant = (blocks: BlockRange) => Promise<Outcome>;

export interface Outcome {
  readonly logs: number;
  /** Lots bought in all fills. Everybody has to find the same. */
  readonly bought: bigint;
}

/** Blocks behind the one that is read that stay to be undone. */
const UNDONE = 2;
const FUND_SHARE_PPM = 300_000;

/**
 * As the relayer does: from the request to positions, exposures, cash and funds that a reorg can undo, what each fill says
 * that it has realised held against what follows.
 */
export function createOurs({ url, venue }: VenueLogs): Contestant {
  const pool = createRpcPool({ nodes: [createHttpNode(url)], maxLogRange: 1, verify: () => Promise.resolve() });
  const { signal } = new AbortController();
  return async ({ from, to }) => {
    const column = createColumn(from - 1);
    let [logs, bought] = [0, 0];
    for (let block = from; block <= to; block += 1) {
      const span = await pool.run((session) => readVenueSpan(session, venue, { from: block, to: block }), signal);
      const [fault] = reduceVenueBlocks(column, span.blocks);
      if (fault !== undefined) throw new RangeError(`the venue's events do not reduce: ${fault.kind}`);
      finaliseVenue(column, block - UNDONE);
      for (const event of span.blocks.flatMap(({ events }) => events)) {
        logs += 1;
        if (event.kind === "traded" && event.lots > 0) bought += event.lots;
      }
    }
    return { logs, bought: BigInt(bought) };
  };
}

/** Every market is listed, and a part of its fees goes to its fund. */
function createColumn(number: number): VenueColumn {
  const column = { exposure: createExposure(1), chain: 0, book: createVenueBook() };
  const events = Array.from({ length: MARKETS }, (_, index): VenueEvent => {
    return { kind: "market-set", market: index + 1, assetClass: 0, fundSharePpm: FUND_SHARE_PPM };
  });
  reduceVenueBlocks(column, [{ number, hash: "0x", events }]);
  return column;
}

/** The least that one writes: the same requests, parsed as JSON, account, market and lots cut out. Nothing is checked or kept. */
export function createFloor({ url, venue }: VenueLogs): Contestant {
  const agent = new Agent({ keepAlive: true });
  return async ({ from, to }) => {
    let [logs, bought] = [0, 0];
    for (let block = from; block <= to; block += 1) {
      const filter = { address: venue, fromBlock: quantity(block), toBlock: quantity(block) };
      const answer = (await postJson(agent, url, { method: "eth_getLogs", params: [filter] })) as RawAnswer;
      for (const { topics, data } of answer.result) {
        const account = topics[1]?.slice(ACCOUNT_FROM) ?? "";
        const market = parseInt(topics[2]?.slice(MARKET_FROM) ?? "", 16);
        // Sizes are whole lots, so this much of the word is all of it.
        const lots = parseInt(data.slice(LOTS_FROM, LOTS_TO), 16) | 0;
        logs += 1;
        if (lots > 0 && market > 0 && account !== "") bought += lots;
      }
    }
    return { logs, bought: BigInt(bought) };
  };
}

const [ACCOUNT_FROM, MARKET_FROM, LOTS_FROM, LOTS_TO] = [26, 64, 2 + 30, 2 + 38];

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
