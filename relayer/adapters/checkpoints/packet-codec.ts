import { z } from "zod";

import { eid } from "../../domain/eid.ts";
import type { PacketCheckpoint } from "../../ports/checkpoints.ts";
import { Big, Block, Bytes, toLine } from "./fields.ts";
import type { LineCodec } from "./file-checkpoints.ts";

/** Grows with every change of what is kept: an older file is read as none. */
const VERSION = 1;

const Eid = z.int().positive().transform(eid);
const Packet = z.strictObject({
  srcEid: Eid,
  sender: Bytes,
  dstEid: Eid,
  receiver: Bytes,
  nonce: Big,
  guid: Bytes,
  message: Bytes,
  header: Bytes,
  payloadHash: Bytes,
  gas: z.int().min(0),
});
const Arrival = z.strictObject({
  attestations: z.array(z.strictObject({ dvn: Bytes, payloadHash: Bytes, confirmations: Big })),
  committed: Bytes.nullable(),
  isNilified: z.boolean(),
  isDelivered: z.boolean(),
  isSkipped: z.boolean(),
  alerts: z.int().min(0),
  reason: Bytes.nullable(),
});
const Head = z.strictObject({ version: z.literal(VERSION), at: Block });
const Line = z.discriminatedUnion("of", [
  z.strictObject({ of: z.literal("sent"), key: z.string(), packet: Packet }),
  z.strictObject({ of: z.literal("arrival"), key: z.string(), arrival: Arrival }),
]);

/** The first line holds the block; then one line for each packet that was sent, and for each that arrives. */
export const packetCodec: LineCodec<PacketCheckpoint> = {
  *encode({ at: { number, hash, parentHash, timestamp }, facts }) {
    yield toLine({ version: VERSION, at: { number, hash, parentHash, timestamp } });
    for (const [key, packet] of facts.sent) yield toLine({ of: "sent", key, packet });
    for (const [key, arrival] of facts.arrivals) yield toLine({ of: "arrival", key, arrival });
  },
  decode([first = "", ...rest]) {
    const { at } = Head.parse(JSON.parse(first));
    const lines = rest.map((line) => Line.parse(JSON.parse(line)));
    const sent = lines.flatMap((line) => (line.of === "sent" ? [[line.key, line.packet] as const] : []));
    const arrivals = lines.flatMap((line) => (line.of === "arrival" ? [[line.key, line.arrival] as const] : []));
    return { at, facts: { sent: new Map(sent), arrivals: new Map(arrivals) } };
  },
};
