import { createRequire } from "node:module";
import path from "node:path";

import { addAll, createTally, readData, serve, timePerMessage } from "./messages.ts";

/*
 * The peer: relayer-engine, its storage and its pipeline with a handler that only counts. Messages go in by `processVaa`,
 * which is what its own stream calls for each; the stream itself is left out, in its favour.
 */

/** As much of its interface as is used here. */
interface RelayerEngine {
  readonly Environment: { readonly DEVNET: string };
  readonly RelayerApp: new (environment: string) => RelayerApp;
  readonly RedisStorage: new (options: object) => RedisStorage;
}
interface RelayerApp {
  useStorage(storage: RedisStorage): void;
  use(middleware: (context: unknown, next: () => Promise<void>) => Promise<void>): void;
  processVaa(vaa: Buffer): Promise<void>;
  /** What `listen` starts the storage's worker with. */
  readonly onVaaFromQueue: (job: unknown) => Promise<unknown>;
}
interface RedisStorage {
  startWorker(handle: (job: unknown) => Promise<unknown>): void;
}

const VAA_VERSION = 1;
/** A quorum of nineteen guardians. */
const SIGNATURES = 13;
const SIGNATURE_BYTES = 65;
const EMITTER_CHAIN = 2;
const ADDRESS_BYTES = 32;
/** What an action's data comes to without its signatures. */
const PAYLOAD_BYTES = 128;

const { redisUrl, concurrency, dir } = readData();
const load = createRequire(path.join(dir ?? "", "package.json"));
const engine = load("@wormhole-foundation/relayer-engine") as RelayerEngine;
const { hostname: host, port } = new URL(redisUrl);
const storage = new engine.RedisStorage({
  redis: { host, port: Number(port) },
  queueName: `peer-${String(concurrency)}`,
  attempts: 3,
  concurrency,
});
const app = new engine.RelayerApp(engine.Environment.DEVNET);
const tally = createTally();
app.use((_context, next) => {
  tally.countOne();
  return next();
});
app.useStorage(storage);
storage.startWorker(app.onVaaFromQueue);

/** A message with the signatures of a quorum: its storage parses them and checks none. */
function encodeVaa(sequence: bigint): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt8(VAA_VERSION, 0);
  head.writeUInt8(SIGNATURES, 5);
  const signatures = Array.from({ length: SIGNATURES }, (_, index) =>
    Buffer.concat([Buffer.of(index), Buffer.alloc(SIGNATURE_BYTES, index + 1)]),
  );
  const body = Buffer.alloc(51, 1);
  body.writeUInt16BE(EMITTER_CHAIN, 8);
  body.fill(7, 10, 10 + ADDRESS_BYTES);
  body.writeBigUInt64BE(sequence, 42);
  return Buffer.concat([head, ...signatures, body, Buffer.alloc(PAYLOAD_BYTES, 9)]);
}

let sequence = 0n;
serve((drive) => {
  const handled = tally.reach(drive.messages);
  const add = () => {
    sequence += 1n;
    return app.processVaa(encodeVaa(sequence));
  };
  return timePerMessage(drive, () => Promise.all([addAll(drive.messages, drive.inFlight, add), handled]));
});
