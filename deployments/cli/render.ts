import type { NetworkRecord } from "../network-record.ts";
import type { MeshPlan } from "../tasks/plan.ts";
import type { Difference } from "../tasks/verify.ts";
import type { WiredStep } from "../tasks/wire.ts";

/** What the verbs print for a person. */

const WIDEST = 76;

export function renderRecord({ chains }: NetworkRecord): string {
  const rows = chains.flatMap(({ name, contracts }) =>
    Object.entries(contracts).map(([contract, { address, block }]) => [name, contract, address, String(block)]),
  );
  return table([["chain", "contract", "address", "block"], ...rows]);
}

export function renderDifferences(differences: readonly Difference[]): string {
  if (differences.length === 0) return "Everything is as it should be.\n";
  const rows = differences.map(({ chain, what, expected, actual }) => [chain, what, clip(expected), clip(actual)]);
  return `${table([["chain", "what", "expected", "actual"], ...rows])}\n${differences.length} differ.\n`;
}

export function renderSteps(steps: readonly WiredStep[]): string {
  return table([["chain", "to", "what"], ...steps.map(({ chain, to, what }) => [chain, to, clip(what)])]);
}

export function renderPlan(plan: MeshPlan): string {
  const name = nameStandIns(plan.standIns);
  const parts = plan.chains.map(({ chain, chainId, eid, endpoint, dvns, creates, sends }) => {
    const head = `${chain}: chain id ${chainId}, endpoint id ${eid}, endpoint ${endpoint}, DVNs ${dvns.join(" and ")}`;
    const created = creates.map((one) => ["create", one.name, clip(name(one.args.map(writeArgument).join(", ")))]);
    const sent = sends.map(({ to, what }) => ["send", name(to), clip(name(what))]);
    return `${head}\n${table([["", "contract", "what"], ...created, ...sent])}`;
  });
  const creates = plan.chains.reduce((sum, chain) => sum + chain.creates.length, 0);
  const sends = plan.chains.reduce((sum, chain) => sum + chain.sends.length, 0);
  return `${parts.join("\n")}\n${creates} contracts and ${sends} transactions after them. Nothing was sent.\n`;
}

/** The same as data, with names in place of addresses that are not known yet. */
export function describePlan(plan: MeshPlan): unknown {
  const name = nameStandIns(plan.standIns);
  const text = JSON.stringify(plan.chains.map(({ sends, ...chain }) => ({ ...chain, sends: sends.map(withoutData) })));
  return JSON.parse(name(text)) as unknown;
}

/** Calldata that is made of stand-ins is of no use to anybody. */
function withoutData({ to, what, value }: WiredStep) {
  return { to, what, value };
}

function nameStandIns(standIns: ReadonlyMap<string, string>): (text: string) => string {
  const names = new Map([...standIns].map(([name, address]) => [address.slice(2).toLowerCase(), `<${name}>`]));
  // Also where an address fills the word of a peer.
  return (text) =>
    text.replace(/0x(?:0{24})?([0-9a-f]{40})(?![0-9a-f])/gi, (whole, address: string) => {
      return names.get(address.toLowerCase()) ?? whole;
    });
}

function writeArgument(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function clip(text: string): string {
  return text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
