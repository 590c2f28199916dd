import { addressOf } from "../network-record.ts";
import { readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal, sameSet, write } from "./fact.ts";
import { judgedContracts } from "./governance-contracts.ts";
import { readLogs } from "./read-logs.ts";
import { listOf } from "./hub-facts.ts";

/** Role numbers at the `AccessManager`: see `GovernanceRoles.sol`. Its administrator is the root. */
const ROLES = { root: 0, proposer: 1, tightener: 2, guardian: 3 } as const;

/** Who may ask the timelock, and what it lets through at once. Set by `GovernanceSetup`, then by bundles and the root. */
export function governanceFacts(context: FactContext): FactGroup[] {
  const { governance } = context.parameters;
  if (!governance) return [];
  const { root, proposers, tighteners, guardians } = governance;
  return [
    timelockFacts(context, governance),
    judges(context),
    holders(context, "root", [root]),
    holders(context, "proposer", proposers),
    holders(context, "tightener", tighteners),
    holders(context, "guardian", guardians),
  ];
}

function timelockFacts(
  context: FactContext,
  { delaySeconds, expirySeconds, capBps, root, rootDelaySeconds }: NonNullable<FactContext["parameters"]["governance"]>,
): FactGroup {
  const timelock = readerOf(context, "ParameterTimelock");
  const manager = readerOf(context, "AccessManager");
  const previewers = context.parameters.venue ? [addressOf(context.own, "ClearingPreview")] : [];
  return {
    stage: "roles",
    expected: {
      "timelock authority": equal(manager.address),
      "timelock delay": equal(delaySeconds),
      "timelock expiry": equal(expirySeconds),
      "timelock cap": equal(capBps),
      "timelock previewers": equal(previewers),
      "root's own delay": equal(rootDelaySeconds),
    },
    async read() {
      const access = (await manager.ask("hasRole", ROLES.root, root)) as readonly [boolean, bigint];
      return {
        "timelock authority": await timelock.ask("authority"),
        "timelock delay": await timelock.ask("delay"),
        "timelock expiry": await timelock.ask("expiry"),
        "timelock cap": await timelock.ask("cap"),
        "timelock previewers": await timelock.ask("previewers"),
        "root's own delay": access[1],
      };
    },
  };
}

function judges(context: FactContext): FactGroup {
  const timelock = readerOf(context, "ParameterTimelock");
  const judged = judgedContracts(context.parameters);
  const name = (target: string) => `judge of ${target}`;
  return {
    stage: "roles",
    expected: {
      ...Object.fromEntries(judged.map(({ target, judge }) => [name(target), equal(addressOf(context.own, judge))])),
      [name("the timelock itself")]: equal(addressOf(context.own, "TimelockJudge")),
    },
    async read() {
      const asked = judged.map(async ({ target }) => {
        return [name(target), await timelock.ask("judgeOf", addressOf(context.own, target))] as const;
      });
      const own = await timelock.ask("judgeOf", timelock.address);
      return { ...Object.fromEntries(await Promise.all(asked)), [name("the timelock itself")]: own };
    },
  };
}

/** The manager lists no holders, so those that there should not be are found in its events. */
function holders(context: FactContext, role: keyof typeof ROLES, expected: readonly string[]): FactGroup {
  const manager = readerOf(context, "AccessManager");
  const name = `role ${role}`;
  return {
    stage: "roles",
    expected: { [name]: sameSet(expected) },
    async read() {
      const granted = await readLogs(context, "AccessManager", "RoleGranted");
      const ever = new Set(expected.map(write));
      for (const { args } of granted) if (Number(args["roleId"]) === ROLES[role]) ever.add(write(args["account"]));
      const asked = [...ever].map(async (account) => {
        const [isMember] = (await manager.ask("hasRole", ROLES[role], account)) as readonly [boolean, bigint];
        return isMember ? [account] : [];
      });
      return { [name]: listOf((await Promise.all(asked)).flat()) };
    },
  };
}
