import { z } from "zod";

import { EXIT } from "../exit-code.ts";
import type { AskPage } from "./pages.ts";
import { parseVerb, printTable, type Verb } from "./verb.ts";

const Convergence = z.object({
  isConverged: z.boolean().nullable(),
  digests: z.array(z.object({ name: z.string(), eid: z.number(), meshDigest: z.string().nullable() })),
});

/** Whether all chains hold the same words. Exit 3 when not, or when it is not known. */
export const convergenceVerb =
  (pagesOf: (args: Readonly<Record<string, unknown>>) => Promise<AskPage>): Verb =>
  async (args, print) => {
    const parsed = parseVerb<{ json?: boolean }>(args, print, (command) =>
      command
        .name("relayer convergence")
        .description("Whether all chains hold the same words.")
        .option("-c, --config <file>", "where the relayer's address is read")
        .option("--url <url>", "its address")
        .option("--json", "one JSON object instead of a table"),
    );
    if ("end" in parsed) return parsed.end;
    const ask = await pagesOf({ ...parsed.options });
    const answer = await ask("/v1/convergence", Convergence);
    const word = answer.isConverged === null ? "not known" : answer.isConverged ? "converged" : "apart";
    if (parsed.options.json === true) print.out(`${JSON.stringify(answer)}\n`);
    else {
      const rows = answer.digests.map(({ name, eid, meshDigest }) => [name, String(eid), meshDigest ?? "-"]);
      print.out(`${printTable(["chain", "eid", "mesh digest"], rows)}${word}\n`);
    }
    return answer.isConverged === true ? EXIT.fine : EXIT.difference;
  };
