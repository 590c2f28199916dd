import { readFile } from "node:fs/promises";

import { type Verdict, verifyDecision, type VerifyPorts } from "../app/verify/verify-decision.ts";
import { findDecision, type FoundDecision } from "../app/verify/replay-journal.ts";
import { readDecision } from "../domain/decision/read-decision.ts";
import type { Hex } from "../domain/hex.ts";
import { canonicalPolicy, type Policy, type Rules } from "../domain/policy/policy.ts";
import { readPolicy } from "../domain/policy/read-policy.ts";
import { RelayerError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import type { Hasher } from "../ports/hasher.ts";
import type { Journal } from "../ports/journal.ts";
import { parseVerb, type Verb } from "./verb.ts";

interface Options {
  readonly config: string;
  readonly decision: string;
  readonly rpc: readonly string[];
  readonly json?: boolean;
}

/** What the verb works with. Whoever made these closes them. */
export interface VerifyWorld {
  /** The policy of the configuration. */
  readonly rules: Rules;
  readonly journal: Journal;
  /** Chains as the configuration names them; `rpc` replaces URLs by endpoint id. Asked about `operators`. */
  connect(operators: readonly Hex[], rpc: ReadonlyMap<number, string>): VerifyPorts;
  close(): Promise<void>;
}

export interface VerifyVerbPorts {
  readonly open: (configFile: string) => Promise<VerifyWorld>;
  readonly hasher: Hasher;
}

/** Makes a decision again from the chains and the policy alone. Exit 3 when it is not the same, byte for byte. */
export const verifyVerb =
  ({ open, hasher }: VerifyVerbPorts): Verb =>
  async (args, print) => {
    const parsed = parseVerb<Options>(args, print, (command) =>
      command
        .name("relayer verify")
        .description("Makes a decision again from any archive of the chains, and compares it byte for byte.")
        .requiredOption("-c, --config <file>", "chains, hubs, venues and the journal")
        .requiredOption("--decision <id|file>", "its hash, or the beginning of it; or a file with its text")
        .option("--rpc <eid=url>", "another node for a chain; may be given again", collect, [])
        .option("--json", "one JSON object"),
    );
    if ("end" in parsed) return parsed.end;
    const { config, decision, json } = parsed.options;
    const rpc = readRpc(parsed.options.rpc);
    if (rpc === null) {
      print.err("error: --rpc is an endpoint id and a URL, as 30110=https://…\n");
      return EXIT.usage;
    }
    const world = await open(config);
    try {
      const found = await find(decision, world.journal);
      const operators = readDecision(found.text)?.operators ?? [];
      const policy = choosePolicy(found, world.rules, hasher);
      const verdict = await verifyDecision(found.text, policy, world.connect(operators, rpc));
      const hash = hasher.keccakUtf8(found.text);
      print.out(json === true ? `${JSON.stringify({ hash, ...verdict })}\n` : printVerdict(hash, verdict));
      return verdict.isSame ? EXIT.fine : EXIT.difference;
    } finally {
      await world.close();
    }
  };

async function find(decision: string, journal: Journal): Promise<FoundDecision> {
  if (!/^0x[0-9a-fA-F]{4,64}$/.test(decision)) {
    try {
      return { text: (await readFile(decision, "utf8")).trim(), policy: null };
    } catch (error) {
      throw new RelayerError("DECISION_INVALID", `cannot read ${decision}; give a file or a hash`, {}, error);
    }
  }
  const found = await findDecision(journal, decision);
  if (found !== null) return found;
  throw new RelayerError("DECISION_INVALID", `the journal holds no decision ${decision}; give a file with its text`);
}

/** The policy that was written down with the decision, where there is one; else that of the configuration. */
function choosePolicy({ policy }: FoundDecision, rules: Rules, { keccakUtf8 }: Hasher): Policy {
  const chosen = (policy === null ? null : readPolicy(policy)) ?? rules;
  return { ...chosen, hash: keccakUtf8(canonicalPolicy(chosen)) };
}

function readRpc(pairs: readonly string[]): ReadonlyMap<number, string> | null {
  const read = pairs.map((pair) => /^(\d+)=(.+)$/.exec(pair));
  if (read.includes(null)) return null;
  return new Map(read.map((pair) => [Number(pair?.[1]), pair?.[2] ?? ""]));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function printVerdict(hash: Hex, { isSame, differences }: Verdict): string {
  const lines = isSame ? [`${hash}  same, byte for byte`] : [`${hash}  different`, ...differences];
  return `${lines.join("\n")}\n`;
}
