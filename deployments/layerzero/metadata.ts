import { fileURLToPath } from "node:url";
import { z } from "zod";

import { readJsonFile } from "../json-file.ts";
import { AddressSchema } from "../schema.ts";

/** Where LayerZero is on each network, as its own npm package says. Written by `extract.ts`; never by hand. */
export const METADATA_FILE = new URL("metadata.json", import.meta.url);

const LayerZeroNetworkSchema = z.strictObject({
  eid: z.int().min(1),
  endpoint: AddressSchema,
  sendUln: AddressSchema,
  receiveUln: AddressSchema,
  executor: AddressSchema,
  /** Address by operator. */
  dvns: z.record(z.string(), AddressSchema),
});

const MetadataSchema = z.strictObject({
  source: z.strictObject({ package: z.string(), version: z.string(), integrity: z.string() }),
  networks: z.record(z.string(), LayerZeroNetworkSchema),
});

export type Metadata = z.output<typeof MetadataSchema>;

let cached: Metadata | undefined;

export function readMetadata(): Metadata {
  cached ??= readJsonFile(fileURLToPath(METADATA_FILE), MetadataSchema);
  return cached;
}
