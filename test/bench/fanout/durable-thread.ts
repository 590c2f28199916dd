import { parentPort, workerData } from "node:worker_threads";

import { keccak256 } from "ethers";
import pino from "pino";

import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import { operatorWallet } from "../../../localnet/chains/accounts.ts";
import { waitUntil } from "../../../localnet/wait-until.ts";
import { createDirectiveSigner } from "../../../relayer/adapters/evm/directive-signer.ts";
import { createProducer } from "../../../relayer/adapters/queue/producer.ts";
import { actionId } from "../../../relayer/domain/action/action.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import type { Hex } from "../../../relayer/domain/hex.ts";
import { packLeases } from "../../../relayer/domain/incident/leases.ts";
import { packEntries } from "../../../relayer/domain/incident/payload.ts";
import { provisionalStamp, singleLane } from "../../../relayer/domain/incident/word.ts";
import { OPERATORS, QUEUE_PREFIX } from "./bench-relayer.ts";
import { DIRECTIVE_SECONDS } from "./directive.ts";
import type { Step } from "./ladder.ts";

/*
 * What a relayer that ended between signing and sending leaves behind: a decision's jobs in Redis and nothing else. The
 * relayer under test finds them there, so its own queue is all that they can go out by.
 */

export interface DurableData {
  readonly eids: readonly number[];
  readonly redisUrl: string;
  readonly parameters: NetworkParameters;
}

const REDIS_LIMIT_MS = 10_000;

const { eids, redisUrl, parameters } = workerData as DurableData;
const destinations = eids.map(eid);
const signer = createDirectiveSigner(
  parameters.meshId as Hex,
  OPERATORS.map((index) => operatorWallet(index).privateKey),
);
const producer = createProducer({
  redis: { kind: "server", url: redisUrl },
  prefix: QUEUE_PREFIX,
  destinations,
  log: pino({ level: "silent" }),
});

/** Signs the directive that raises `step` and adds one job for each destination. */
async function queueUp({ market, lane }: Step): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  const entry = { market, word: singleLane(lane, provisionalStamp(lane, now, packLeases(parameters.leases))) };
  const entries = packEntries([entry]);
  const [decision, deadline] = [keccak256(entries) as Hex, now + DIRECTIVE_SECONDS];
  const signed = await signer.sign({ decision, deadline, entries });
  const actions = destinations.map((at) => {
    const action = {
      id: actionId(decision, 0, at),
      decision,
      kind: "raise",
      eid: at,
      deadline,
      needs: [entry],
    } as const;
    return { action, signed, delayMs: 0 };
  });
  await producer.enqueue({ decision, actions });
}

const isConnected = () =>
  producer.counts().then(
    () => true,
    () => false,
  );
await waitUntil(isConnected, { what: "Redis", timeoutMs: REDIS_LIMIT_MS });
parentPort?.on("message", (step: Step) => void queueUp(step).then(() => parentPort?.postMessage("queued")));
parentPort?.postMessage("ready");
