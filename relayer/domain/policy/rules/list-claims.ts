import type { Claim } from "../claim.ts";
import type { VenueFigures } from "../../risk/figures.ts";
import type { PlanInput } from "../plan-input.ts";
import type { Rules } from "../policy.ts";
import { concentrationClaims } from "./concentration.ts";
import { coverageClaims } from "./coverage.ts";
import { divergenceClaims } from "./divergence.ts";
import { forecastClaims } from "./forecast.ts";
import { shortfallClaims } from "./shortfall.ts";
import { silenceClaims } from "./silence.ts";

/** What venues' figures come to under a policy: they change with finality, and plans are made far more often. */
const known = new WeakMap<readonly VenueFigures[], { readonly policy: Rules; readonly claims: readonly Claim[] }>();

/** What every rule that the policy follows says, but for mirror and cascade, which say it in words. */
export function listClaims({ chains, venues }: PlanInput, policy: Rules): readonly Claim[] {
  const silence = policy.silence === undefined ? [] : silenceClaims(chains, policy.silence);
  return [...silence, ...venueClaims(venues, policy)];
}

function venueClaims(venues: readonly VenueFigures[], policy: Rules): readonly Claim[] {
  const cached = known.get(venues);
  if (cached?.policy === policy) return cached.claims;
  const claims = computeVenueClaims(venues, policy);
  known.set(venues, { policy, claims });
  return claims;
}

function computeVenueClaims(venues: readonly VenueFigures[], policy: Rules): readonly Claim[] {
  const { coverage, concentration, divergence, shortfall, forecast } = policy;
  return [
    ...(coverage === undefined ? [] : coverageClaims(venues, coverage)),
    ...(concentration === undefined ? [] : concentrationClaims(venues, concentration)),
    ...(divergence === undefined ? [] : divergenceClaims(venues, divergence)),
    ...(shortfall === undefined ? [] : shortfallClaims(venues, shortfall)),
    ...(forecast === undefined ? [] : forecastClaims(venues, forecast)),
  ];
}
