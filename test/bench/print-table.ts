import type { Measurement } from "./measurement.ts";

const NAME_WIDTH = 22;
const NUMBER_WIDTH = 13;

export function printHead(): string {
  return line("bench", ["value", "floor", "value / floor"], "peers, and how many times the value they are");
}

export function printLine({ bench, unit, value, floor, peers, note }: Measurement): string {
  const figures = [`${format(value)} ${unit}`, format(floor), `${(value / floor).toFixed(3)} x`];
  const others = Object.entries(peers).map(
    ([name, peer]) => `${name} ${format(peer)} (${(peer / value).toFixed(2)} x)`,
  );
  return line(bench, figures, [...others, ...(note === undefined ? [] : [note])].join(", "));
}

function line(name: string, figures: readonly string[], rest: string): string {
  const columns = figures.map((text) => text.padStart(NUMBER_WIDTH + 1)).join("");
  return `${name.padEnd(NAME_WIDTH)}${columns}  ${rest}`.trimEnd() + "\n";
}

function format(value: number): string {
  return value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
}
