import { mkdirSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../../deployments/setup-error.ts";
import { type ManagedProcess, startProcess } from "../processes/start-process.ts";
import { waitUntil } from "../wait-until.ts";
import { ROLES } from "./accounts.ts";
import { findAnvil } from "./find-anvil.ts";

export interface AnvilOptions {
  readonly chainId: number;
  readonly port: number;
  /** State is loaded from here when there is some, and written here on an orderly end. */
  readonly stateFile: string;
  readonly dir: string;
  /** Unix seconds that the chain's clock starts from; the wall clock's unless given. */
  readonly startTime?: number;
}

/** Loading the state of a chain that has run for long takes seconds. */
const READY_TIMEOUT_MS = 60_000;
const PROBE_TIMEOUT_MS = 1_000;
/** finalized = head - 2 x this: near enough for people to see things become final. */
export const SLOTS_IN_AN_EPOCH = 2;
const BALANCE_ETHER = 1_000_000;
/** The hardfork is named so that a newer anvil changes no gas figure. */
const HARDFORK = "prague";

/** Starts anvil on 127.0.0.1 and waits until it answers. */
export async function startAnvil(options: AnvilOptions): Promise<ManagedProcess> {
  mkdirSync(options.dir, { recursive: true });
  const anvil = await startProcess({
    command: findAnvil(),
    args: anvilArguments(options),
    logFile: path.join(options.dir, "anvil.log"),
    // A stopped process (a hanging RPC) would keep a SIGTERM for ever.
    onParentDeath: "SIGKILL",
  });
  try {
    await waitUntil(() => answersWith(options), {
      what: `chain ${options.chainId} to answer on port ${options.port}`,
      timeoutMs: READY_TIMEOUT_MS,
      pollMs: 10,
      giveUp: () => refuseIfEnded(anvil),
    });
  } catch (error) {
    await anvil.end("SIGKILL");
    throw error;
  }
  return anvil;
}

function anvilArguments(options: AnvilOptions): string[] {
  const settings: Record<string, string | number> = {
    host: "127.0.0.1",
    port: options.port,
    "chain-id": options.chainId,
    hardfork: HARDFORK,
    "slots-in-an-epoch": SLOTS_IN_AN_EPOCH,
    accounts: ROLES.length,
    balance: BALANCE_ETHER,
    state: options.stateFile,
    // The states of the last 500 blocks stay in memory. Older ones would fill the disk with half a megabyte a block.
    "max-persisted-states": 0,
    "cache-path": path.join(options.dir, "anvil-cache"),
    ...(options.startTime === undefined ? {} : { timestamp: options.startTime }),
  };
  return [
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    "--preserve-historical-states",
    "--quiet",
  ];
}

/** A foreign process that took the port in between would answer as well, hence the comparison. */
async function answersWith({ port, chainId }: AnvilOptions): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    const answer: unknown = await response.json();
    return typeof answer === "object" && answer !== null && "result" in answer && Number(answer.result) === chainId;
  } catch {
    return false;
  }
}

function refuseIfEnded(anvil: ManagedProcess): void {
  if (anvil.isRunning()) return;
  const problem = `anvil ended at once: ${anvil.logTail().split("\n").at(-1) || "it printed nothing"}.`;
  throw new SetupError("fatal", problem, { fix: "Check that the port is free and that the binary runs here." });
}
