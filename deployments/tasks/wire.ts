import { Interface } from "ethers";

import { CHAINS_AT_ONCE, mapAtMost } from "../map-at-most.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import type { ChainRecord, NetworkRecord } from "../network-record.ts";
import { type FactContext, type FactGroup, STAGES, type Step, findWrong } from "../plan/fact.ts";
import { planFacts } from "../plan/facts.ts";
import { SetupError } from "../setup-error.ts";
import { createTransactionBatch } from "../transaction-batch.ts";
import { MIN_REQUIRED_DVNS } from "../uln-config.ts";
import { waitUntilQuiet } from "./account.ts";
import { createAuthority } from "./authority.ts";
import type { DeploymentTarget } from "./deployment-target.ts";
import type { VerifiedChain } from "./verify.ts";

export interface WireOptions {
  readonly log?: (line: string) => void;
}

/** What a run of {@link wireMesh} has done. */
export interface WireReport {
  /** Transactions that were sent. */
  readonly sent: readonly WiredStep[];
  /** What the deploying account may no longer send, for governance to decide on. */
  readonly withheld: readonly WiredStep[];
}

export interface WiredStep {
  readonly chain: string;
  readonly to: string;
  readonly what: string;
  readonly data: string;
  readonly value: string;
}

/**
 * Makes every fact of the plan hold, stage by stage: reads, and sends what differs and nothing else. A second run sends
 * nothing; a run after an interruption sends the rest.
 * @throws SetupError "config" for a pathway with fewer than two DVNs, "fatal" when a transaction fails.
 */
export async function wireMesh(
  targets: readonly DeploymentTarget[],
  record: NetworkRecord,
  parameters: NetworkParameters,
  { log = () => {} }: WireOptions = {},
): Promise<WireReport> {
  for (const chain of record.chains) refuseSingleVerifier(chain);
  const reports = await mapAtMost(CHAINS_AT_ONCE, targets, async (target) => {
    const own = record.chains.find(({ eid }) => eid === target.eid);
    if (!own) throw new SetupError("config", `The record has no chain ${target.name}.`, { fix: "Deploy it first." });
    return wireChain(target, { own, record, parameters, provider: target.provider }, log);
  });
  return { sent: reports.flatMap(({ sent }) => sent), withheld: reports.flatMap(({ withheld }) => withheld) };
}

function refuseSingleVerifier({ name, dvns }: ChainRecord): void {
  const distinct = new Set(dvns.map((dvn) => dvn.toLowerCase())).size;
  if (distinct >= MIN_REQUIRED_DVNS) return;
  const problem = `${name} names ${distinct} DVN, so one party alone could forge a message.`;
  throw new SetupError("config", problem, { fix: `Name at least ${MIN_REQUIRED_DVNS} that are independent.` });
}

async function wireChain(
  target: DeploymentTarget,
  context: FactContext,
  log: (line: string) => void,
): Promise<WireReport> {
  const { name: chain, provider, deployer: signer, pace } = target;
  const account = await signer.getAddress();
  await waitUntilQuiet(target, account);
  const groups = planFacts(context);
  const authority = await createAuthority(context, account);
  const sent: WiredStep[] = [];
  const withheld: WiredStep[] = [];
  for (const stage of STAGES) {
    const steps = await planStage(groups.filter((group) => group.stage === stage));
    const allowed = steps.filter((step) => authority.maySend(step));
    withheld.push(...steps.filter((step) => !allowed.includes(step)).map((step) => describeStep(chain, step)));
    if (allowed.length === 0) continue;
    const batch = await createTransactionBatch({ signer, provider, chain, ...(pace ? { pace } : {}) });
    for (const step of allowed) {
      if (step.kind === "fund") batch.fund(step.to, step.value);
      else batch.call(step);
    }
    await batch.settle();
    sent.push(...allowed.map((step) => describeStep(chain, step)));
    log(`${chain}: ${stage} (${allowed.length} sent)`);
  }
  return { sent, withheld };
}

/** What {@link wireMesh} would send now, stage by stage, as far as one stage does not depend on the one before. */
export async function foreseeWiring(
  chains: readonly VerifiedChain[],
  record: NetworkRecord,
  parameters: NetworkParameters,
): Promise<WiredStep[]> {
  const planned = await mapAtMost(CHAINS_AT_ONCE, record.chains, async (own) => {
    const provider = chains.find(({ eid }) => eid === own.eid)?.provider;
    if (!provider) return [];
    const groups = planFacts({ own, record, parameters, provider });
    const steps = STAGES.map((stage) => planStage(groups.filter((group) => group.stage === stage)));
    return (await Promise.all(steps)).flat().map((step) => describeStep(own.name, step));
  });
  return planned.flat();
}

/** What mends the groups' facts that do not hold. */
async function planStage(groups: readonly FactGroup[]): Promise<Step[]> {
  const mended = groups.map(async ({ expected, read, mend }) => {
    if (mend === undefined) return [];
    const actual = await read();
    const wrong = findWrong(expected, actual);
    return wrong.size === 0 ? [] : mend({ wrong, actual });
  });
  return orderSteps((await Promise.all(mended)).flat());
}

export function orderSteps(steps: readonly Step[]): Step[] {
  return [...steps.filter(({ isLate }) => isLate !== true), ...steps.filter(({ isLate }) => isLate === true)];
}

export function describeStep(chain: string, step: Step): WiredStep {
  const { to } = step;
  if (step.kind === "fund") return { chain, to, what: `send ${step.value} wei`, data: "0x", value: String(step.value) };
  const { abi, method, args = [] } = step;
  const data = Interface.from(abi).encodeFunctionData(method, [...args]);
  return { chain, to, what: `${method}(${args.map(writeArgument).join(", ")})`, data, value: "0" };
}

function writeArgument(value: unknown): string {
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "string") return String(value);
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}
