import type { Measurement } from "./measurement.ts";

const NAME_WIDTH = 22;
const NUMBER_WIDTH = 12;

/** A line for each figure: value, floor, value over floor, and each peer over value. */
export function printTable(measurements: readonly Measurement[]): string {
  const head = [
    "bench".padEnd(NAME_WIDTH),
    ...["value", "floor", "/ floor"].map((title) => title.padStart(NUMBER_WIDTH)),
    "  peers",
  ];
  return [head.join(""), ...measurements.map(printLine), ""].join("\n");
}

function printLine({ bench, unit, value, floor, peers }: Measurement): string {
  const figures = [`${format(value)} ${unit}`, format(floor), `${(value / floor).toFixed(3)} x`];
  const others = Object.entries(peers).map(
    ([name, peer]) => `${name} ${format(peer)} (${(peer / value).toFixed(2)} x)`,
  );
  return (
    bench.padEnd(NAME_WIDTH) + figures.map((text) => text.padStart(NUMBER_WIDTH)).join("") + `  ${others.join(", ")}`
  );
}

function format(value: number): string {
  return value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
}
