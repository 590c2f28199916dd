import type { Eid } from "../../../domain/eid.ts";
import type { Hex } from "../../../domain/hex.ts";
import type { VenueReader } from "../../../ports/venue.ts";
import { createHttpNode, type RpcNode } from "../http-node.ts";
import { blockRefOf, readBlock } from "../read-blocks.ts";
import { verifyNode, type Expected } from "../read-hub.ts";
import { readVenueSpan } from "./read-venue-span.ts";
import { readVenueViews, type VenueAddresses } from "./read-venue-views.ts";
import { createRpcPool, type RpcPoolOptions } from "../rpc-pool.ts";

export interface EvmVenueOptions extends Expected {
  readonly name: string;
  readonly eid: Eid;
  readonly venue: {
    readonly address: Hex;
    readonly startBlock: number;
    readonly volatilitySensor?: Hex | undefined;
    readonly desk?: Hex | undefined;
  };
  readonly maxLogRange: number;
  readonly rpcUrls: readonly string[];
  readonly onRequest?: RpcPoolOptions["onRequest"];
  /** What an earlier process learned of the nodes. */
  readonly hints?: RpcPoolOptions["hints"];
  /** Instead of HTTP: for tests against an in-process chain. */
  readonly createNode?: (url: string) => RpcNode;
}

/** A `VenueReader` on JSON-RPC nodes. With connections of its own: nothing urgent ever waits behind its reading. */
export function createEvmVenue(options: EvmVenueOptions): VenueReader & { close(): Promise<void> } {
  const { name, eid, venue } = options;
  const createNode = options.createNode ?? createHttpNode;
  const pool = createRpcPool({
    nodes: options.rpcUrls.map((url) => createNode(url)),
    maxLogRange: options.maxLogRange,
    verify: (session) => verifyNode(session, options),
    ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
    hints: options.hints,
  });
  const { address, volatilitySensor = null, desk = null } = venue;
  const addresses: VenueAddresses = { venue: address, volatilitySensor, desk };
  return {
    name,
    eid,
    startBlock: venue.startBlock,
    block: (number, signal) => pool.run(async (session) => blockRefOf(await readBlock(session, number)), signal),
    span: (range, signal) => pool.run((session) => readVenueSpan(session, venue.address, range), signal),
    views: (at, ask, signal) => pool.run((session) => readVenueViews(session, addresses, { at, ...ask }), signal),
    close() {
      pool.close();
      return Promise.resolve();
    },
  };
}
