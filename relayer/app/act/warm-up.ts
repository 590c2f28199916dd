import { describeError } from "../../errors.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { Log } from "../../ports/log.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";

const NO_DECISION = `0x${"00".repeat(32)}` as const;

/**
 * Hashes and signs once before it matters: the first use of a curve costs tens of milliseconds that no incident should
 * pay. What is signed is void, for its deadline is the beginning of time, and it goes nowhere.
 */
export async function warmUp({
  signer,
  hasher,
  log,
}: {
  signer: DirectiveSigner;
  hasher: Hasher;
  log: Log;
}): Promise<void> {
  hasher.keccakUtf8("warm up");
  if (signer.operators.length === 0) return;
  try {
    await signer.sign({ decision: NO_DECISION, deadline: 0, entries: "0x" });
  } catch (error) {
    log.error({ err: describeError(error) }, "signer not usable");
  }
}
