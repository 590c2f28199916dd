import { readFileSync } from "node:fs";
import { z } from "zod";

import type { LocalRelayer } from "../../../localnet/relayers/start-relayer.ts";

/** One attempt of a relayer to hand a directive to a node, as it logged it. */
export interface LoggedAttempt {
  readonly chain: string;
  /** Whether the node took it. */
  readonly isSent: boolean;
  /** What drove it; only said of what was sent. */
  readonly lane: string | undefined;
  /** Names the decision that it follows from. */
  readonly decision: string;
}

const OUTCOMES = ["directive sent", "directive not sent"] as const;
const AttemptLine = z.object({
  msg: z.enum(OUTCOMES),
  chain: z.string(),
  actionId: z.string(),
  lane: z.string().optional(),
});

/** Every attempt that `relayer` has logged, in the order of its log. */
export function readAttempts({ logFile }: LocalRelayer): readonly LoggedAttempt[] {
  const lines = readFileSync(logFile, "utf8").split("\n");
  return lines.flatMap((line) => {
    const parsed = OUTCOMES.some((msg) => line.includes(`"${msg}"`)) && AttemptLine.safeParse(JSON.parse(line));
    if (!parsed || !parsed.success) return [];
    const { msg, chain, actionId, lane } = parsed.data;
    return [{ chain, isSent: msg === "directive sent", lane, decision: actionId.split("-")[1] ?? "" }];
  });
}
