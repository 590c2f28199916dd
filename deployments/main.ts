import path from "node:path";
import { fileURLToPath } from "node:url";

import { type Options, parseOptions } from "./cli/options.ts";
import { describePlan, renderDifferences, renderPlan, renderRecord, renderSteps } from "./cli/render.ts";
import { connectSites, listConnections, listSites, signFor } from "./connections.ts";
import { withFileLock } from "./file-lock.ts";
import { type NetworkParameters, readNetworkParameters } from "./network-parameters.ts";
import type { NetworkRecord } from "./network-record.ts";
import { refusePlaceholders } from "./placeholder.ts";
import { createFileStore } from "./record-store.ts";
import { SetupError, describeCause } from "./setup-error.ts";
import { deployMesh } from "./tasks/deploy.ts";
import { planMesh } from "./tasks/plan.ts";
import { verifyMesh } from "./tasks/verify.ts";
import { foreseeWiring, wireMesh } from "./tasks/wire.ts";

/** The verbs deploy, wire and verify. */

const RECORDS = fileURLToPath(new URL("records/", import.meta.url));
const DIFFERENCE_EXIT = 3;
const FATAL_EXIT = 1;

interface Session extends Options {
  readonly parameters: NetworkParameters;
  readonly recordFile: string;
}

/** Progress goes beside the result, so that `--json` leaves one object on standard output. */
const progress = (line: string) => process.stderr.write(`${line}\n`);

function print({ json }: Session, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : text);
}

/** @returns the exit code. */
async function run(options: Options): Promise<number> {
  const parameters = readNetworkParameters(options.network);
  const recordFile = path.resolve(options.record ?? path.join(RECORDS, `${options.network}.json`));
  const session = { ...options, parameters, recordFile };
  if (session.verb === "verify") return verify(session);
  if (session.plan) return session.verb === "deploy" ? planDeployment(session) : planWiring(session);
  if (parameters.kind === "live") refusePlaceholders(parameters);
  return withFileLock(recordFile, () => (session.verb === "deploy" ? deploy(session) : wire(session)));
}

async function connect({ parameters, recordFile }: Session, record: NetworkRecord | null) {
  const connections = listConnections(parameters, recordFile);
  const sites = await connectSites(listSites(parameters, record), connections, parameters.kind);
  return { sites, sign: () => signFor(sites, connections, parameters.kind) };
}

async function deploy(session: Session): Promise<number> {
  const { parameters, recordFile } = session;
  const store = createFileStore(recordFile);
  const { sign } = await connect(session, store.read());
  const record = await deployMesh(await sign(), parameters, { store, log: progress });
  print(
    session,
    record,
    `${renderRecord(record)}\nrecord  ${recordFile}\nNext: ./cordon wire --network ${session.network}\n`,
  );
  return 0;
}

function planDeployment(session: Session): number {
  const record = createFileStore(session.recordFile).read();
  const plan = planMesh(listSites(session.parameters, record), session.parameters, record);
  print(session, { network: session.network, chains: describePlan(plan) }, renderPlan(plan));
  return 0;
}

function readRecord({ network, recordFile }: Session): NetworkRecord {
  const record = createFileStore(recordFile).read();
  if (record) return record;
  const problem = `There is no record of "${network}" (${recordFile}).`;
  throw new SetupError("config", problem, { fix: `Deploy it first: ./cordon deploy --network ${network}.` });
}

async function wire(session: Session): Promise<number> {
  const record = readRecord(session);
  const { sign } = await connect(session, record);
  const { sent, withheld } = await wireMesh(await sign(), record, session.parameters, { log: progress });
  const done = sent.length === 0 ? "Nothing had to be sent.\n" : `${renderSteps(sent)}\n${sent.length} sent.\n`;
  const left = `\nThe account that deploys no longer governs these; they are governance's to decide:\n${renderSteps(withheld)}`;
  print(session, { network: session.network, sent, withheld }, withheld.length === 0 ? done : done + left);
  return withheld.length === 0 ? 0 : DIFFERENCE_EXIT;
}

async function planWiring(session: Session): Promise<number> {
  const record = readRecord(session);
  const { sites } = await connect(session, record);
  const steps = await foreseeWiring(sites, record, session.parameters);
  const text =
    steps.length === 0 ? "Nothing has to be sent.\n" : `${renderSteps(steps)}\n${steps.length}, none sent.\n`;
  print(session, { network: session.network, steps }, text);
  return 0;
}

async function verify(session: Session): Promise<number> {
  const record = readRecord(session);
  const { sites } = await connect(session, record);
  const differences = await verifyMesh(sites, record, session.parameters);
  print(session, { network: session.network, differences }, renderDifferences(differences));
  return differences.length === 0 ? 0 : DIFFERENCE_EXIT;
}

/** One message, and the exit code that says of what kind it is. */
function fail(error: unknown): number {
  const message = error instanceof SetupError ? error.message : `Unexpected: ${describeCause(error)}`;
  process.stderr.write(`error: ${message}\n`);
  return error instanceof SetupError ? error.exitCode : FATAL_EXIT;
}

const options = parseOptions(process.argv.slice(2));
if ("exitCode" in options) process.exitCode = options.exitCode;
else {
  process.exitCode = await run(options).catch(fail);
  // Providers keep sockets open; what was printed has to be out first.
  process.stdout.write("", () => process.exit());
}
