import { Argument } from "commander";
import { z } from "zod";

import { EXIT } from "../exit-code.ts";
import type { AskPage } from "./pages.ts";
import { parseVerb, printTable, type Verb } from "./verb.ts";

const Actions = z.object({
  actions: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      eid: z.number(),
      state: z.string(),
      deadline: z.number(),
      transactions: z.array(z.string()),
    }),
  ),
});
const Exposure = z.object({
  exposure: z.array(
    z.object({
      name: z.string(),
      block: z.number(),
      markets: z.array(
        z.object({
          market: z.number(),
          openInterest: z.string(),
          largest: z.string(),
          insurance: z.string(),
          shortfall: z.string(),
          stressed: z.string(),
          scenario: z.string().nullable(),
          coveredPpm: z.number().nullable(),
        }),
      ),
    }),
  ),
});
const Incidents = z.object({
  incidents: z.array(
    z.object({
      id: z.string(),
      eid: z.number(),
      market: z.number(),
      cause: z.string(),
      rungs: z.string(),
      openedAtMs: z.number(),
      decisions: z.array(z.string()),
    }),
  ),
});
const Nonces = z.object({
  nonces: z.array(
    z.object({
      name: z.string(),
      wallet: z.string(),
      mined: z.number(),
      pending: z.number(),
      balanceWei: z.string(),
      haltsLeft: z.number(),
    }),
  ),
});

interface Answer {
  readonly json: unknown;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ASKED: Readonly<Record<string, (ask: AskPage) => Promise<Answer>>> = {
  pending: listPending,
  oldest: async (ask) => {
    const { json, header, rows } = await listPending(ask);
    return { json: (json as unknown[]).slice(0, 1), header, rows: rows.slice(0, 1) };
  },
  exposure: listExposure,
  incidents: listIncidents,
  nonces: listNonces,
};

/** Open actions, the one that runs out first at the top. */
async function listPending(ask: AskPage): Promise<Answer> {
  const { actions } = await ask("/v1/actions", Actions);
  const open = actions.filter(({ state }) => state === "open").sort((a, b) => a.deadline - b.deadline);
  return {
    json: open,
    header: ["action", "kind", "eid", "deadline", "sent"],
    rows: open.map(({ id, kind, eid, deadline, transactions }) => {
      return [id, kind, String(eid), String(deadline), String(transactions.length)];
    }),
  };
}

async function listExposure(ask: AskPage): Promise<Answer> {
  const { exposure } = await ask("/v1/exposure", Exposure);
  const rows = exposure.flatMap(({ name, block, markets }) =>
    markets.map((of) => [
      name,
      String(block),
      String(of.market),
      of.openInterest,
      of.largest,
      of.stressed,
      of.scenario ?? "-",
      of.insurance,
      of.coveredPpm === null ? "-" : `${(of.coveredPpm / 10_000).toFixed(1)} %`,
      of.shortfall,
    ]),
  );
  const header = ["chain", "block", "market", "open interest", "largest", "stressed", "scenario", "insurance"];
  return { json: exposure, header: [...header, "covered", "shortfall"], rows };
}

async function listIncidents(ask: AskPage): Promise<Answer> {
  const { incidents } = await ask("/v1/incidents", Incidents);
  return {
    json: incidents,
    header: ["incident", "eid", "market", "cause", "rungs", "seen", "decisions"],
    rows: incidents.map(({ id, eid, market, cause, rungs, openedAtMs, decisions }) => {
      const seen = new Date(openedAtMs).toISOString();
      return [id, String(eid), String(market), cause, rungs, seen, String(decisions.length)];
    }),
  };
}

async function listNonces(ask: AskPage): Promise<Answer> {
  const { nonces } = await ask("/v1/nonces", Nonces);
  return {
    json: nonces,
    header: ["chain", "wallet", "mined", "pending", "balance wei", "halts left"],
    rows: nonces.map(({ name, wallet, mined, pending, balanceWei, haltsLeft }) => {
      return [name, wallet, String(mined), String(pending), balanceWei, String(haltsLeft)];
    }),
  };
}

/** One list of a running relayer. */
export const queryVerb =
  (pagesOf: (args: Readonly<Record<string, unknown>>) => Promise<AskPage>): Verb =>
  async (args, print) => {
    const parsed = parseVerb<{ json?: boolean }>(args, print, (command) =>
      command
        .name("relayer query")
        .description("One list of a running relayer.")
        .addArgument(new Argument("<what>", "which").choices(Object.keys(ASKED)))
        .option("-c, --config <file>", "where its address is read")
        .option("--url <url>", "its address")
        .option("--json", "a JSON array instead of a table"),
    );
    if ("end" in parsed) return parsed.end;
    const answer = await ASKED[parsed.operands[0] ?? ""]?.(await pagesOf({ ...parsed.options }));
    if (answer === undefined) return EXIT.usage;
    print.out(
      parsed.options.json === true ? `${JSON.stringify(answer.json)}\n` : printTable(answer.header, answer.rows),
    );
    return EXIT.fine;
  };
