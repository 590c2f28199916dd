import { type Canonical, canonicalJson } from "../canonical.ts";
import type { Hex } from "../hex.ts";
import { DEFAULT_SCENARIOS, type Scenario } from "../risk/scenarios.ts";

/** A rule and its version: together they name one piece of code. A change of what it decides is a new version. */
export interface RuleRef {
  readonly id: string;
  readonly version: number;
}

/** Every rule there is, in the order in which `plan` follows them. */
export const RULES = [
  { id: "mirror", version: 1 },
  { id: "cascade", version: 1 },
  { id: "coverage", version: 1 },
  { id: "concentration", version: 1 },
  { id: "divergence", version: 1 },
  { id: "silence", version: 1 },
  { id: "shortfall", version: 1 },
  { id: "forecast", version: 1 },
  { id: "cap", version: 1 },
  { id: "budget", version: 1 },
  { id: "cover", version: 1 },
] as const satisfies readonly RuleRef[];

export type RuleId = (typeof RULES)[number]["id"];

/** Numbers of the mirror rule. */
export interface MirrorPolicy {
  /** A rung in force whose lease ends sooner than this is renewed, if its evidence is final and newer. */
  readonly renewBelowSeconds: number;
  /** A final stamp that a deployment still lacks this long after it was made is sent, to make words equal. */
  readonly reconcileAfterSeconds: number;
}

/** From a threshold on, these rungs. */
export interface Step {
  /** In the rule's own unit. */
  readonly at: number;
  readonly breaker: number;
  readonly margin: number;
}

/** Rungs that several chains hold by themselves are raised on the mesh. */
export interface CascadePolicy {
  readonly atLeastChains: number;
  /** The highest rungs that the rule raises. */
  readonly breaker: number;
  readonly margin: number;
}

/** Insurance against stressed loss. Steps in parts per million that are covered, or less. */
export interface CoveragePolicy {
  /** Stressed loss below this, in units, asks for nothing. */
  readonly leastLossUnits: number;
  readonly steps: readonly Step[];
}

/** Open interest in few hands, on one side, or too much of it in all. */
export interface ConcentrationPolicy {
  /** Where open interest of a chain is less, in units, shares of it say nothing. */
  readonly leastOpenInterestUnits: number;
  /** Largest position, in parts per million of open interest, or more. */
  readonly largest: readonly Step[];
  /** Difference of the sides, in parts per million of open interest, or more. */
  readonly skew: readonly Step[];
  /** Open interest of all chains together, in units, or more; by market. */
  readonly openInterest: readonly (Step & { readonly market: number })[];
}

/** Price of one chain against that of another, in parts per million of the lower, or more. */
export interface DivergencePolicy {
  readonly steps: readonly Step[];
}

/** A chain whose head stays behind the newest. */
export interface SilencePolicy {
  readonly afterSeconds: number;
  readonly breaker: number;
  readonly margin: number;
}

/** Loss that nobody could be found for, in units over all chains, or more. */
export interface ShortfallPolicy {
  readonly steps: readonly Step[];
}

/** Margin that a chain's volatility sensor publishes, in parts per million of notional, or more. */
export interface ForecastPolicy {
  readonly steps: readonly Step[];
}

/** Open interest that venues may grow to. Lowers caps, and never raises one. */
export interface CapPolicy {
  /** How long a cap holds; renewed after half of it while the reason stands. */
  readonly holdSeconds: number;
  /** Most open interest of a market over these chains together, in units. */
  readonly global: readonly { readonly market: number; readonly units: number; readonly eids: readonly number[] }[];
  /** The whole is divided once this part of it, in parts per million, is held. */
  readonly fromPpm: number;
  /** From this share of its chain's open interest on, in parts per million, a position makes the market crowded. */
  readonly crowdedPpm: number;
  /** Where open interest of a chain is less, in units, no market is crowded. */
  readonly leastOpenInterestUnits: number;
  /** A cap that is lower by less, in parts per million, is not worth an instruction. */
  readonly stepPpm: number;
}

/** What deleveraging may take where insurance would not pay. */
export interface BudgetPolicy {
  readonly holdSeconds: number;
  /** Loss without cover below this, in units, asks for nothing. */
  readonly leastUnits: number;
  /** The budget, in parts per million of the loss without cover. */
  readonly ofLackPpm: number;
}

/** Where insurance of one chain should be. */
export interface CoverPolicy {
  /** What a market's own fund should hold, in parts per million of its worst scenario's loss. */
  readonly ownPpm: number;
  /** A stressed loss below this, in units, asks for nothing. */
  readonly leastLossUnits: number;
  /** What a market that gives keeps, in parts per million of its worst scenario's loss. */
  readonly keepPpm: number;
  /** What the shared fund keeps, in units. */
  readonly sharedKeepUnits: number;
}

/** The parameters of every rule that is followed. A rule without parameters is not. */
export interface Rules {
  readonly mirror: MirrorPolicy;
  readonly cascade?: CascadePolicy | undefined;
  readonly coverage?: CoveragePolicy | undefined;
  readonly concentration?: ConcentrationPolicy | undefined;
  readonly divergence?: DivergencePolicy | undefined;
  readonly silence?: SilencePolicy | undefined;
  readonly shortfall?: ShortfallPolicy | undefined;
  readonly forecast?: ForecastPolicy | undefined;
  readonly cap?: CapPolicy | undefined;
  readonly budget?: BudgetPolicy | undefined;
  readonly cover?: CoverPolicy | undefined;
  /** Of the rules that look at stressed loss. The default ones where there are none. */
  readonly scenarios?: readonly Scenario[] | undefined;
}

export interface Policy extends Rules {
  /** keccak256 of {@link canonicalPolicy}. Decisions name it, so that nobody has to guess what they followed. */
  readonly hash: Hex;
}

/** The rules that `policy` follows, in their order. */
export function listRules(policy: Rules): readonly RuleRef[] {
  return RULES.filter(({ id }) => policy[id] !== undefined).map(({ id, version }) => ({ id, version }));
}

export function scenariosOf({ scenarios }: Rules): readonly Scenario[] {
  return scenarios ?? DEFAULT_SCENARIOS;
}

/** The text whose keccak256 names a policy: rules and every number that they go by. */
export function canonicalPolicy(policy: Rules): string {
  const parameters = RULES.flatMap(({ id }) => (policy[id] === undefined ? [] : ([[id, policy[id]]] as const)));
  const isStressed = [policy.coverage, policy.budget, policy.cover].some((rule) => rule !== undefined);
  const scenarios = isStressed ? { scenarios: scenariosOf(policy).map(plainScenario) } : {};
  return canonicalJson({
    ...(Object.fromEntries(parameters) as unknown as Record<string, Canonical>),
    ...scenarios,
    rules: listRules(policy).map(({ id, version }) => ({ id, version })),
  });
}

function plainScenario({ id, classesPpm, othersPpm }: Scenario): Canonical {
  return { id, classesPpm, othersPpm };
}
