import { globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";

import { createPromMetrics } from "../relayer/adapters/metrics/prom-metrics.ts";
import { ConfigSchema } from "../relayer/config/schema.ts";
import { FAIL_DIRECTIONS } from "../relayer/domain/policy/fail-directions.ts";
import { DEFAULT_SCENARIOS } from "../relayer/domain/risk/scenarios.ts";
import { CATALOGUE } from "../relayer/errors.ts";
import { readMutations } from "./mutations.ts";

/** Reference pages that are written from the code, so that they cannot say something else. */
const USAGE = `usage: npm run docs:gen [-- --check]

Writes docs/config.md, docs/errors.md, docs/metrics.md the mutations of docs/protocol.md and the tables of docs/policy.md. With --check, writes nothing and fails when one is out of date.
`;

const NOTE = "Written by `npm run docs:gen`; do not edit.";
const INTERFACES = "contracts/{interfaces,types}/*.sol";

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The part of a JSON schema that the page shows. */
interface Shape {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
}

function listFields(shape: Shape, path: string): string[][] {
  const required = new Set(shape.required ?? []);
  const own = Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const preset = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
    return [[`\`${at}\``, describeShape(field), required.has(name) ? "yes" : "", preset], ...listFields(field, at)];
  });
  const { additionalProperties: of } = shape;
  return typeof of === "object" ? [...own, ...listFields(of, `${path}.<name>`)] : own;
}

function describeShape(shape: Shape): string {
  if (shape.enum) return shape.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (shape.anyOf) return shape.anyOf.map(describeShape).join(" or ");
  if (shape.items) return `list of: ${describeShape(shape.items)}`;
  if (shape.properties) return `{ ${Object.keys(shape.properties).join(", ")} }`;
  const bounds = shape.minimum === undefined ? "" : `, ${shape.minimum} to ${shape.maximum ?? "any"}`;
  return `${shape.type ?? "any"}${bounds}`;
}

function configPage(): string {
  const schema = z.toJSONSchema(ConfigSchema, { io: "input", unrepresentable: "any" }) as Shape;
  return `# Relayer configuration

${NOTE} One JSON file, checked whole at the start: every fault is reported with its path and what to write. Unknown keys are refused.
A secret reference is \`{"type": "env" | "file" | "plain", "value": "…"}\`; \`plain\` is refused unless \`network\` is \`devnet\`.

${table(["field", "value", "required", "default"], listFields(schema, ""))}
`;
}

/** Custom errors with their NatSpec, from the files that declare them. */
function solidityErrors(): string[][] {
  return globSync(INTERFACES)
    .sort()
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/((?: *\/\/\/[^\n]*\n)+) *error (\w+)\(([^)]*)\);/g)])
    .map(([, notes = "", name = "", parameters = ""]) => [`\`${name}\``, noticeOf(notes), `\`${parameters}\``])
    .map((row) => row.map((cell) => (cell === "``" ? "" : cell)));
}

function noticeOf(notes: string): string {
  const text = notes.replaceAll(/\s*\/\/\/ ?/g, " ").trim();
  return (/@notice (.*?)(?= @\w|$)/.exec(text)?.[1] ?? text).replaceAll(/\s+/g, " ");
}

function errorsPage(): string {
  const relayer = Object.entries(CATALOGUE).map(([name, { code, fate, meaning }]) => [
    `\`${code}\``,
    `\`${name}\``,
    fate,
    meaning,
  ]);
  return `# Errors

${NOTE}

## Relayer

Codes are stable: alerts and runbooks may refer to them. The fate says what becomes of the work: *retry*, it may succeed later; *drop*, it never will, and is kept
and counted; *halt*, going on would do harm, and the process stops.

${table(["code", "name", "fate", "meaning"], relayer)}

## Contracts

What arrives in a message never reverts: it is an event (\`LanesRefused\`, \`MessageRefused\`). These are thrown at callers.

${table(["error", "when", "values"], solidityErrors())}
`;
}

async function metricsPage(): Promise<string> {
  const metrics = createPromMetrics({
    relayer: "docs",
    version: "0",
    nowMs: () => 0,
    readQueue: () => Promise.resolve(null),
  });
  const text = await metrics.print();
  const kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", kind = ""]) => [name, kind]));
  const rows = [...text.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .filter(([, name = ""]) => !/_(process|nodejs)_/.test(name))
    .map(([, name = "", help = ""]) => [`\`${name}\``, kinds.get(name) ?? "", help]);
  return `# Metrics

${NOTE} Besides these, the process metrics of prom-client under the same prefix. A value that could not be read is not exported.

${table(["metric", "kind", "meaning"], rows)}
`;
}

const PROTOCOL_PAGE = "docs/protocol.md";

/** The protocol page with its table of mutations anew; the rest of the page is written by people. */
function protocolPage(): string {
  const rows = readMutations().map(({ property, rule, file, from, to, caughtBy }) => [
    property,
    rule,
    `\`${path.basename(file)}\``,
    `\`${onOneLine(from)}\` → \`${onOneLine(to)}\``,
    caughtBy.map((name) => `\`${name}\``).join(", "),
  ]);
  const [begin, end] = ["<!-- mutations -->", "<!-- /mutations -->"];
  const page = readFileSync(PROTOCOL_PAGE, "utf8");
  const before = page.slice(0, page.indexOf(begin) + begin.length);
  const after = page.slice(page.indexOf(end));
  return `${before}\n\n${table(["", "rule", "in", "changed", "caught by"], rows)}\n\n${after}`;
}

const POLICY_PAGE = "docs/policy.md";

/** The policy page with its tables of scenarios and fail directions anew. */
function policyPage(): string {
  const percent = (ppm: number): string => `${String(ppm / 10_000)} %`;
  const scenarios = DEFAULT_SCENARIOS.map(({ id, classesPpm, othersPpm, source }) => [
    `\`${id}\``,
    ...[0, 1, 2, 3].map((assetClass) => percent(classesPpm[assetClass] ?? othersPpm)),
    percent(othersPpm),
    source,
  ]);
  const directions = FAIL_DIRECTIONS.map((of) => [
    of.input,
    of.readBy.join(", "),
    of.missing,
    of.stale,
    of.wrong,
    of.why,
  ]);
  const tables = [
    ["scenarios", table(["scenario", "class 0", "1", "2", "3", "others", "source"], scenarios)],
    ["fail-directions", table(["input", "read by", "missing", "stale", "wrong", "because"], directions)],
  ] as const;
  return tables.reduce(
    (page, [name, rows]) => {
      const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
      return `${page.slice(0, page.indexOf(begin) + begin.length)}\n\n${rows}\n\n${page.slice(page.indexOf(end))}`;
    },
    readFileSync(POLICY_PAGE, "utf8"),
  );
}

function onOneLine(code: string): string {
  return code.trim().replaceAll(/\s+/g, " ");
}

const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
if (values.help === true) {
  process.stdout.write(USAGE);
} else {
  const pages = {
    "docs/config.md": configPage(),
    "docs/errors.md": errorsPage(),
    "docs/metrics.md": await metricsPage(),
    [PROTOCOL_PAGE]: protocolPage(),
    [POLICY_PAGE]: policyPage(),
  };
  for (const [file, text] of Object.entries(pages)) {
    if (values.check !== true) writeFileSync(file, text);
    else if (text !== readFileSync(file, "utf8")) {
      process.stdout.write(`${file} is out of date; run: npm run docs:gen\n`);
      process.exitCode = 1;
    }
  }
}
