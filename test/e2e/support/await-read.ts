import { waitUntil } from "../../../localnet/wait-until.ts";
import { hasReadAll } from "./relayer-pages.ts";
import { PATIENCE_MS, type Scenario } from "./scenario.ts";

/** Waits until every relayer that runs has read every chain up to what is its head then. */
export function awaitRead({ localnet, hubs }: Pick<Scenario, "localnet" | "hubs">): Promise<unknown> {
  const running = () => localnet.relayers.filter((relayer) => relayer.isRunning());
  const haveRead = async () => (await Promise.all(running().map((of) => hasReadAll(of, hubs)))).every(Boolean);
  return waitUntil(haveRead, { what: "the relayers to read every head", timeoutMs: PATIENCE_MS });
}
