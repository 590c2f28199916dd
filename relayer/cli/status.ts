import { z } from "zod";

import { EXIT } from "../exit-code.ts";
import type { AskPage } from "./pages.ts";
import { parseVerb, printTable, type Verb } from "./verb.ts";

const Chains = z.object({
  chains: z.array(
    z.object({
      name: z.string(),
      eid: z.number(),
      head: z.number().nullable(),
      finalised: z.number().nullable(),
      unfinalisedBlocks: z.number().nullable(),
      seq: z.number().nullable(),
      posture: z.string().nullable(),
      meshDigest: z.string().nullable(),
    }),
  ),
});
const Ready = z.object({
  isReady: z.boolean(),
  components: z.array(z.object({ name: z.string(), health: z.string(), reason: z.string().optional() })),
});
const Readiness = z.object({ score: z.number(), runway: z.number().nullable(), reasons: z.array(z.string()) });

interface Options {
  readonly json?: boolean;
}

/** How it stands: chains, components, and whether a halt would go out now. Exit 3 when it is not ready. */
export const statusVerb =
  (pagesOf: (args: Readonly<Record<string, unknown>>) => Promise<AskPage>): Verb =>
  async (args, print) => {
    const parsed = parseVerb<Options>(args, print, (command) =>
      command
        .name("relayer status")
        .description("How a running relayer stands.")
        .option("-c, --config <file>", "where its address is read")
        .option("--url <url>", "its address, as http://127.0.0.1:8080")
        .option("--json", "one JSON object instead of tables"),
    );
    if ("end" in parsed) return parsed.end;
    const ask = await pagesOf({ ...parsed.options });
    const [{ chains }, ready, readiness] = await Promise.all([
      ask("/status", Chains),
      ask("/ready", Ready),
      ask("/v1/readiness", Readiness),
    ]);
    const code = ready.isReady ? EXIT.fine : EXIT.difference;
    if (parsed.options.json === true) {
      print.out(`${JSON.stringify({ chains, ready, readiness })}\n`);
      return code;
    }
    const rows = chains.map((of) => [
      of.name,
      String(of.eid),
      String(of.head ?? "-"),
      String(of.finalised ?? "-"),
      String(of.unfinalisedBlocks ?? "-"),
      String(of.seq ?? "-"),
      (of.meshDigest ?? "-").slice(0, 12),
    ]);
    print.out(printTable(["chain", "eid", "head", "final", "lag", "seq", "mesh digest"], rows));
    const parts = ready.components.map(({ name, health, reason }) => [name, health, reason ?? ""]);
    print.out(`\n${printTable(["component", "health", "reason"], parts)}`);
    print.out(`\nhalt readiness ${readiness.score.toFixed(2)}, halts left ${String(readiness.runway ?? "unknown")}\n`);
    for (const reason of readiness.reasons) print.out(`  ${reason}\n`);
    return code;
  };
