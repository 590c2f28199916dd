import { ZeroAddress, id, parseEther } from "ethers";

import { addressOf } from "../network-record.ts";
import { readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal, equalEach, pickEach, sameSet, such, write } from "./fact.ts";
import { listOf } from "./hub-facts.ts";
import { readLogs } from "./read-logs.ts";
import { listFact, structFact } from "./struct-facts.ts";

type Parameters = FactContext["parameters"];

/** Council, keepers' treasury and public alarm, as far as the network has them. */
export function oversightFacts(context: FactContext): FactGroup[] {
  const { council, treasury, alarm } = context.parameters;
  return [
    councilOfHub(context),
    ...(council ? councilFacts(context, council) : []),
    ...(treasury ? treasuryFacts(context, treasury) : []),
    ...(alarm ? alarmFacts(context, alarm) : []),
  ];
}

function councilOfHub(context: FactContext): FactGroup {
  const hub = readerOf(context, "IncidentHub");
  const { council } = context.parameters;
  const expected = council ? addressOf(context.own, "Council") : ZeroAddress;
  return {
    stage: "hub",
    holdsAtCreation: council === undefined,
    expected: { council: equal(expected) },
    read: async () => ({ council: await hub.ask("council") }),
    mend: () => [hub.step("setCouncil", expected)],
  };
}

function councilFacts(context: FactContext, parameters: NonNullable<Parameters["council"]>): FactGroup[] {
  const council = readerOf(context, "Council");
  const { threshold, voidDelaySeconds } = parameters;
  const rules = { threshold, voidDelay: voidDelaySeconds };
  return [
    {
      stage: "identity",
      expected: { "Council hub": equal(addressOf(context.own, "IncidentHub")), "Council uses": equal(parameters.uses) },
      read: async () => ({
        "Council hub": await council.ask("hub"),
        "Council uses": await council.ask("usesPerArming"),
      }),
    },
    members(context, parameters.members),
    guardians(context, parameters.guardians),
    {
      stage: "roles",
      holdsAtCreation: true,
      expected: equalEach("Council ", rules),
      read: async () => ({
        "Council threshold": await council.ask("threshold"),
        "Council voidDelay": await council.ask("voidDelay"),
      }),
      mend: () => [council.step("setVoidRules", threshold, voidDelaySeconds)],
    },
  ];
}

function members(context: FactContext, expected: readonly string[]): FactGroup {
  const council = readerOf(context, "Council");
  const wanted = expected.map(write);
  return {
    stage: "roles",
    holdsAtCreation: true,
    expected: { "Council members": sameSet(expected) },
    read: async () => ({ "Council members": await council.ask("members") }),
    mend({ actual }) {
      const there = listOf(actual["Council members"]);
      const added = wanted.filter((one) => !there.includes(one)).map((one) => council.step("setMember", one, true));
      // Taken away last: the threshold must be reachable at all times.
      const gone = there.filter((one) => !wanted.includes(one)).map((one) => council.lateStep("setMember", one, false));
      return [...added, ...gone];
    },
  };
}

/** The council lists no guardians, so those that it should not have are found in its events. */
function guardians(context: FactContext, expected: readonly string[]): FactGroup {
  const council = readerOf(context, "Council");
  const wanted = expected.map(write);
  return {
    stage: "roles",
    holdsAtCreation: true,
    expected: { "Council guardians": sameSet(expected) },
    async read() {
      const logs = await readLogs(context, "Council", "GuardianSet");
      const ever = new Set([...wanted, ...logs.map(({ args }) => write(args[0]))]);
      const asked = [...ever].map(async (one) => ((await council.ask("isGuardian", one)) === true ? [one] : []));
      return { "Council guardians": (await Promise.all(asked)).flat() };
    },
    mend({ actual }) {
      const there = listOf(actual["Council guardians"]);
      const added = wanted.filter((one) => !there.includes(one)).map((one) => council.step("setGuardian", one, true));
      const gone = there
        .filter((one) => !wanted.includes(one))
        .map((one) => council.lateStep("setGuardian", one, false));
      return [...added, ...gone];
    },
  };
}

function treasuryFacts(
  context: FactContext,
  { budget, jobs, fundingEther }: NonNullable<Parameters["treasury"]>,
): FactGroup[] {
  const treasury = readerOf(context, "KeeperTreasury");
  const value = parseEther(fundingEther);
  const isFunded = (actual: unknown) => value === 0n || BigInt(String(actual)) > 0n;
  return [
    structFact({
      stage: "roles",
      prefix: "KeeperTreasury budget: ",
      fields: budget,
      contract: treasury,
      view: ["budget"],
      setter: ["setBudget"],
      holdsAtCreation: true,
    }),
    ...jobs.map(({ contract, function: signature, ...fields }) => {
      const target = contract === "endpoint" ? context.own.endpoint : addressOf(context.own, contract);
      const selector = id(signature).slice(0, 10);
      const job = { isActive: true, ...fields };
      const prefix = `job ${contract}.${signature}: `;
      const group: FactGroup = {
        stage: "roles",
        expected: equalEach(prefix, job),
        read: async () => pickEach(prefix, job, await treasury.ask("jobOf", target, selector)),
        mend: () => [treasury.step("setJob", target, selector, job)],
      };
      return group;
    }),
    {
      stage: "funds",
      expected: { "keepers' funds": such("more than 0 wei", isFunded) },
      read: async () => ({ "keepers' funds": await context.provider.getBalance(treasury.address) }),
      mend: () => [{ kind: "fund", to: treasury.address, value }],
    },
  ];
}

function alarmFacts(context: FactContext, { parameters, confirmedBy }: NonNullable<Parameters["alarm"]>): FactGroup[] {
  const alarm = readerOf(context, "PublicAlarm");
  return [
    structFact({
      stage: "roles",
      prefix: "PublicAlarm: ",
      fields: parameters,
      contract: alarm,
      view: ["parameters"],
      setter: ["setParameters"],
      holdsAtCreation: true,
    }),
    listFact({
      stage: "roles",
      what: "PublicAlarm confirming sensors",
      expected: confirmedBy.map((name) => addressOf(context.own, name)),
      contract: alarm,
      view: "confirmingSensors",
      setter: "setConfirmingSensor",
    }),
  ];
}
