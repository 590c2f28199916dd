import { replayJournal } from "../app/verify/replay-journal.ts";
import { printIncident } from "../domain/timeline/incident.ts";
import type { ReplayedDecision } from "../domain/timeline/replay.ts";
import { EXIT } from "../exit-code.ts";
import type { Hasher } from "../ports/hasher.ts";
import type { Journal } from "../ports/journal.ts";
import { parseVerb, type Verb } from "./verb.ts";

interface Options {
  readonly config: string;
  readonly incident?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export interface ReplayPorts {
  readonly openJournal: (configFile: string) => Promise<Journal>;
  readonly hasher: Hasher;
}

/** Tells again, from the journal alone, what happened and what was decided. Exit 3 when a decision does not follow. */
export const replayVerb =
  ({ openJournal, hasher }: ReplayPorts): Verb =>
  async (args, print) => {
    const parsed = parseVerb<Options>(args, print, (command) =>
      command
        .name("relayer replay")
        .description("Tells incidents again from the journal, and makes every decision again.")
        .requiredOption("-c, --config <file>", "the relayer's configuration: where its journal is")
        .option("--incident <id>", "only this one")
        .option("--from <time>", "only what was seen from then on (ISO 8601, or milliseconds)")
        .option("--to <time>", "only what was seen until then")
        .option("--json", "one JSON object"),
    );
    if ("end" in parsed) return parsed.end;
    const { config, incident, json } = parsed.options;
    const from = timeOf(parsed.options.from, -Infinity);
    const to = timeOf(parsed.options.to, Infinity);
    if (Number.isNaN(from) || Number.isNaN(to)) {
      print.err("error: --from and --to are times, as 2026-01-31T12:00:00Z\n");
      return EXIT.usage;
    }
    const journal = await openJournal(config);
    const { timeline, decisions, cut } = await replayJournal(journal, hasher).finally(() => journal.close());
    const incidents = [...timeline.values()].filter(({ id, openedAtMs }) => {
      return incident === undefined ? openedAtMs >= from && openedAtMs <= to : id === incident;
    });
    const wanted = new Set(incidents.flatMap((of) => of.decisions));
    const chosen = decisions.filter(({ hash, atMs }) => {
      return incident === undefined ? atMs >= from && atMs <= to : wanted.has(hash);
    });
    if (json === true) print.out(`${JSON.stringify({ incidents, decisions: chosen })}\n`);
    else print.out([...incidents.map(printIncident), ...chosen.map(printDecision)].map((text) => `${text}\n`).join(""));
    if (incident !== undefined && incidents.length === 0) {
      print.err(`the journal holds no incident ${incident}\n`);
      return EXIT.difference;
    }
    if (cut !== null) {
      print.err(`${cut.code} ${cut.message}\n`);
      return EXIT.difference;
    }
    return chosen.some(({ verdict }) => verdict === "different") ? EXIT.difference : EXIT.fine;
  };

function printDecision({ hash, verdict, text, again }: ReplayedDecision): string {
  if (verdict !== "different") return `${hash}  ${verdict}`;
  return `${hash}  different\n- ${text}\n+ ${again ?? ""}`;
}

function timeOf(text: string | undefined, preset: number): number {
  if (text === undefined) return preset;
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
}
