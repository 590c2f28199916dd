import { setTimeout as sleep } from "node:timers/promises";

import { SetupError } from "../setup-error.ts";
import type { DeploymentTarget } from "./deployment-target.ts";

const QUIET_TIMEOUT_MS = 60_000;
const QUIET_POLL_MS = 250;

/**
 * Waits until nothing of `account` is under way: what an earlier run had sent when it ended is mined, and then read like
 * everything else.
 * @throws SetupError "temporary" when something of it stays unmined.
 */
export async function waitUntilQuiet(
  { name, provider }: Pick<DeploymentTarget, "name" | "provider">,
  account: string,
): Promise<void> {
  const deadline = performance.now() + QUIET_TIMEOUT_MS;
  for (;;) {
    const [mined, known] = await Promise.all([
      provider.getTransactionCount(account, "latest"),
      provider.getTransactionCount(account, "pending"),
    ]);
    if (known <= mined) return;
    if (performance.now() > deadline) {
      const problem = `${account} has ${known - mined} unmined transactions on ${name}.`;
      throw new SetupError("temporary", problem, {
        fix: "Wait until they are mined, or replace them; then run again.",
      });
    }
    await sleep(QUIET_POLL_MS);
  }
}
