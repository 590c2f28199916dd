import { Command, CommanderError, InvalidArgumentError } from "commander";

import type { LoggedEvent } from "../domain/incident/hub-event.ts";
import { RelayerError } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { BlockRange, Chain } from "../ports/chain.ts";

/** Blocks of one chain to be read again. */
export interface Rescan extends BlockRange {
  readonly chain: string;
  readonly configFile: string;
}

export interface RescanPrinter {
  out(text: string): void;
  err(text: string): void;
}

/** Reads what stands after `rescan`. Prints help and mistakes itself; then the exit code is all that is left. */
export function parseRescan(args: readonly string[], print: RescanPrinter): Rescan | ExitCode {
  const command = new Command("relayer rescan")
    .description(
      "Reads a hub's events again from every endpoint of a chain, each by itself, and compares them: gaps and differences. Takes the chain's checkpoints away, so that its venue and its packets are read anew as well.",
    )
    .requiredOption("--chain <name>", "as the configuration names it")
    .requiredOption("--from <block>", "first block", readBlockNumber)
    .requiredOption("--to <block>", "last block", readBlockNumber)
    .requiredOption("-c, --config <file>", "configuration of the relayer")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: print.out, writeErr: print.err });
  try {
    const { config, ...rest } = command
      .parse(args, { from: "user" })
      .opts<{ config: string } & Omit<Rescan, "configFile">>();
    if (rest.from <= rest.to) return { ...rest, configFile: config };
    print.err("error: --from is after --to\n");
    return EXIT.usage;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  }
}

/** One endpoint of the chain, with nobody to take its place. */
export interface Endpoint {
  /** Host and port. */
  readonly host: string;
  readonly chain: Pick<Chain, "hubEvents">;
  /** Blocks in one request for logs. */
  readonly maxLogRange: number;
}

/**
 * Reads `range` from every endpoint and tells what each has. The events of a hub are numbered, so a gap shows by itself;
 * two endpoints that number alike and tell other events show side by side.
 *
 * @returns 0 when all tell the same without a gap, 3 when not, 75 when none could be read
 */
export async function rescan(
  endpoints: readonly Endpoint[],
  range: BlockRange,
  { print, signal }: { print: RescanPrinter; signal: AbortSignal },
): Promise<ExitCode> {
  const readings = await Promise.all(endpoints.map((endpoint) => readAll(endpoint, range, signal)));
  for (const [index, reading] of readings.entries()) {
    print.out(`${endpoints[index]?.host ?? ""}  ${describe(reading)}\n`);
  }
  const read = readings.flatMap((reading) => (reading instanceof RelayerError ? [] : [reading]));
  if (read.length === 0) return EXIT.temporary;
  const isSame = new Set(read.map(nameEvents)).size === 1;
  if (!isSame) print.out("endpoints tell different events\n");
  const isWhole = read.length === readings.length && read.every((events) => findGaps(events).length === 0);
  return isSame && isWhole ? EXIT.fine : EXIT.difference;
}

type Reading = readonly LoggedEvent[] | RelayerError;

async function readAll(
  { chain, maxLogRange }: Endpoint,
  { from, to }: BlockRange,
  signal: AbortSignal,
): Promise<Reading> {
  const events: LoggedEvent[] = [];
  try {
    for (let first = from; first <= to; first += maxLogRange) {
      const last = Math.min(to, first + maxLogRange - 1);
      events.push(...(await chain.hubEvents({ from: first, to: last }, signal)));
    }
    return events;
  } catch (error) {
    return RelayerError.from(error);
  }
}

function describe(reading: Reading): string {
  if (reading instanceof RelayerError) return `${reading.code} ${reading.message}`;
  const [first, last] = [reading.at(0)?.event.seq, reading.at(-1)?.event.seq];
  if (first === undefined || last === undefined) return "no events";
  const gaps = findGaps(reading);
  const missing = gaps.length === 0 ? "no gap" : `missing ${gaps.join(", ")}`;
  return `${reading.length} events, ${first} to ${last}, ${missing}`;
}

/** Numbers that are skipped between the first and the last event. */
function findGaps(events: readonly LoggedEvent[]): readonly string[] {
  return events.flatMap(({ event }, index) => {
    const before = events[index - 1]?.event.seq ?? event.seq - 1;
    const [first, last] = [before + 1, event.seq - 1];
    if (first > last) return [];
    return [first === last ? String(first) : `${first} to ${last}`];
  });
}

/** Equal for equal events in equal places. */
function nameEvents(events: readonly LoggedEvent[]): string {
  return events
    .map(({ blockHash, logIndex, event }) => `${blockHash}/${logIndex}/${event.seq}/${event.kind}`)
    .join(" ");
}

function readBlockNumber(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("a block number, in decimal digits");
}
