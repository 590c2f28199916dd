import type { ConfigFault } from "./fault.ts";

/** A part of a configuration that may still be anything: these checks also run on files that break the schema. */
type Raw = Readonly<Record<string, unknown>>;

/** Rules that look at figures of clearing houses, and those of them that instruct the desk beside one. */
const NEED_VENUE = ["coverage", "concentration", "divergence", "shortfall", "forecast"] as const;
const NEED_DESK = ["cap", "budget", "cover"] as const;
/** A price can differ from another only where there are two. */
const VENUES_TO_DIVERGE = 2;

/**
 * Rules of the policy that these chains can never meet: followed in name, silent for good, and nobody would know. What
 * desks and funds allow stands on chain and may change; here is only what the file itself rules out.
 */
export function checkPolicy(root: Raw): ConfigFault[] {
  const policy = asRaw(root["policy"]);
  const chains = Object.values(asRaw(root["chains"])).map(asRaw);
  const venues = chains
    .map(({ venue }) => venue)
    .filter(isThere)
    .map(asRaw);
  const isFollowed = (rule: string): boolean => isThere(policy[rule]);
  const fault = (rule: string, problem: string): ConfigFault => ({ path: `policy.${rule}`, problem });
  const lacksVenue = [...NEED_VENUE, ...NEED_DESK].filter((rule) => isFollowed(rule) && venues.length === 0);
  const lacksDesk = NEED_DESK.filter((rule) => isFollowed(rule) && venues.length > 0 && !venues.some(has("desk")));
  const lacksSensor = isFollowed("forecast") && venues.length > 0 && !venues.some(has("volatilitySensor"));
  const lacksPair = isFollowed("divergence") && venues.length > 0 && venues.length < VENUES_TO_DIVERGE;
  return [
    ...lacksVenue.map((rule) => fault(rule, "reads clearing houses, and no chain names one in venue")),
    ...lacksDesk.map((rule) => fault(rule, "instructs operators' desks, and no chain names one in venue.desk")),
    ...(lacksSensor
      ? [fault("forecast", "reads volatility sensors, and no chain names one in venue.volatilitySensor")]
      : []),
    ...(lacksPair
      ? [fault("divergence", "compares the prices of two clearing houses, and one chain alone names one")]
      : []),
    ...checkCascade(policy, chains.length),
    ...checkWholes(policy, chains),
  ];
}

function checkCascade(policy: Raw, chains: number): ConfigFault[] {
  const { atLeastChains } = asRaw(policy["cascade"]);
  if (typeof atLeastChains !== "number" || atLeastChains <= chains) return [];
  const problem = `asks ${atLeastChains} chains to agree, and there are ${chains}; it would never say anything`;
  return [{ path: "policy.cascade.atLeastChains", problem }];
}

/** A whole is divided only with the figures of every chain that it names. */
function checkWholes(policy: Raw, chains: readonly Raw[]): ConfigFault[] {
  const wholes = asList(asRaw(policy["cap"])["global"]).map(asRaw);
  const read = new Set(chains.filter(has("venue")).map(({ eid }) => eid));
  const markets = wholes.map(({ market }) => market);
  return wholes.flatMap(({ market, eids }, index) => {
    const path = `policy.cap.global.${index}`;
    const missing = asList(eids).filter((eid) => typeof eid === "number" && !read.has(eid));
    const unread = `names ${missing.join(", ")}, whose clearing house is not read here; the whole would never be divided`;
    return [
      ...(missing.length === 0 ? [] : [{ path: `${path}.eids`, problem: unread }]),
      ...(markets.indexOf(market) === index
        ? []
        : [{ path: `${path}.market`, problem: `is that of policy.cap.global.${markets.indexOf(market)} too` }]),
    ];
  });
}

function has(field: string): (of: Raw) => boolean {
  return (of) => isThere(of[field]);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function asRaw(value: unknown): Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
