import { z } from "zod";

import { EXIT } from "../exit-code.ts";
import type { AskPage } from "./pages.ts";
import { parseVerb, printTable, type Verb } from "./verb.ts";

export const Deployments = z.object({
  deployments: z.array(
    z.object({
      name: z.string(),
      eid: z.number(),
      block: z.number().nullable(),
      markets: z.array(z.object({ market: z.number(), rungs: z.string(), meshWord: z.string() })),
    }),
  ),
});

type Deployed = z.output<typeof Deployments>["deployments"];

/** Markets of which not all deployments hold the same mesh word, and what each holds. */
export function findDifferences(deployments: Deployed): readonly (readonly string[])[] {
  const markets = [...new Set(deployments.flatMap(({ markets: of }) => of.map(({ market }) => market)))];
  return markets
    .sort((a, b) => a - b)
    .flatMap((market) => {
      const held = deployments.map(({ name, markets: of }) => ({ name, of: of.find((one) => one.market === market) }));
      const words = new Set(held.map(({ of }) => of?.meshWord ?? "not registered"));
      if (words.size <= 1) return [];
      return held.map(({ name, of }) => [String(market), name, of?.rungs ?? "-", of?.meshWord ?? "not registered"]);
    });
}

/** What deployments do not agree on. Exit 3 when there is anything, or one of them was never read. */
export const diffVerb =
  (pagesOf: (args: Readonly<Record<string, unknown>>) => Promise<AskPage>): Verb =>
  async (args, print) => {
    const parsed = parseVerb<{ json?: boolean }>(args, print, (command) =>
      command
        .name("relayer diff")
        .description("Mesh words that are not the same on every chain.")
        .option("-c, --config <file>", "where the relayer's address is read")
        .option("--url <url>", "its address")
        .option("--json", "one JSON object instead of a table"),
    );
    if ("end" in parsed) return parsed.end;
    const ask = await pagesOf({ ...parsed.options });
    const { deployments } = await ask("/v1/deployments", Deployments);
    const rows = findDifferences(deployments);
    const unread = deployments.filter(({ block }) => block === null).map(({ name }) => name);
    if (parsed.options.json === true) print.out(`${JSON.stringify({ differences: rows, unread })}\n`);
    else if (rows.length > 0) print.out(printTable(["market", "chain", "in force", "mesh word"], rows));
    else print.out(`${String(deployments.length - unread.length)} chains agree\n`);
    if (unread.length > 0 && parsed.options.json !== true) print.out(`not read: ${unread.join(", ")}\n`);
    return rows.length === 0 && unread.length === 0 ? EXIT.fine : EXIT.difference;
  };
