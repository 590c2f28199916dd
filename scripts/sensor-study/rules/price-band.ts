/** The contract's `BandParameters`, tiers as lists, the first tier first; without the rungs, which the rule does not know. */
export interface BandParameters {
  readonly tiersBps: readonly bigint[];
  readonly tiersSeconds: readonly bigint[];
  readonly tauSeconds: bigint;
  readonly clipBps: bigint;
  readonly anchorUpBps: bigint;
  readonly anchorDownBps: bigint;
  readonly anchorSeconds: bigint;
  readonly seedMaxAgeSeconds: bigint;
  readonly minGapSeconds: bigint;
}

/** The contract's `Band`, without the price, deviation and tier that it remembers for its readers alone. */
export interface BandState {
  readonly referenceE18: bigint;
  readonly anchorE18: bigint;
  readonly anchoredAt: bigint;
  readonly publishTime: bigint;
  readonly pulsedAt: bigint;
  readonly breachEndsAt: bigint;
  readonly breachTier: number;
  readonly isEscalated: boolean;
}

export interface BandPrice {
  readonly priceE18: bigint;
  readonly confidenceE18: bigint;
  readonly publishTime: bigint;
  /** Age of the price when it is seen, in seconds. */
  readonly ageSeconds: bigint;
}

export interface BandPoke {
  readonly state: BandState;
  /** Tier asserted, 0 inside the band. */
  readonly tier: number;
}

export const NO_BAND: BandState = {
  referenceE18: 0n,
  anchorE18: 0n,
  anchoredAt: 0n,
  publishTime: 0n,
  pulsedAt: 0n,
  breachEndsAt: 0n,
  breachTier: 0,
  isEscalated: false,
};

const BPS = 10_000n;
const TOP_TIER = 3;
const ESCALATION_FACTOR = 2n;

/** One poke of the contract's `PriceBandSensor`. */
export function pokeBand(state: BandState, price: BandPrice, parameters: BandParameters): BandPoke {
  if (price.publishTime <= state.publishTime) return { state, tier: 0 };
  const now = price.publishTime + price.ageSeconds;
  if (state.referenceE18 === 0n) return { state: seedBand(state, price, parameters), tier: 0 };

  const found = tierOf(state, price, parameters);
  const isPulse = now >= state.pulsedAt + parameters.minGapSeconds;
  const { tier, state: breached } = found === 0 ? { tier: 0, state } : breach(state, { found, now }, parameters);
  return { state: isPulse ? advance(breached, price, parameters) : breached, tier };
}

function seedBand(state: BandState, { priceE18, publishTime, ageSeconds }: BandPrice, parameters: BandParameters) {
  if (ageSeconds > parameters.seedMaxAgeSeconds) return state;
  const now = publishTime + ageSeconds;
  return { ...state, referenceE18: priceE18, anchorE18: priceE18, anchoredAt: now, pulsedAt: now, publishTime };
}

function tierOf(state: BandState, price: BandPrice, parameters: BandParameters): number {
  const allowanceBps = parameters.tiersBps[0] ?? 0n;
  const deviation = deviationBps(price, state.referenceE18, allowanceBps);
  const tier = parameters.tiersBps.findLastIndex((tierBps) => deviation >= tierBps) + 1;
  if (tier !== 0) return tier;

  const most = price.priceE18 > state.anchorE18 ? parameters.anchorUpBps : parameters.anchorDownBps;
  return deviationBps(price, state.anchorE18, allowanceBps) >= most ? 1 : 0;
}

function deviationBps({ priceE18, confidenceE18 }: BandPrice, centre: bigint, allowanceBps: bigint): bigint {
  const distance = priceE18 > centre ? priceE18 - centre : centre - priceE18;
  const most = (centre * allowanceBps) / BPS;
  const allowance = confidenceE18 < most ? confidenceE18 : most;
  return distance <= allowance ? 0n : ((distance - allowance) * BPS) / centre;
}

interface Breach {
  readonly found: number;
  readonly now: bigint;
}

function breach(state: BandState, { found, now }: Breach, parameters: BandParameters): BandPoke {
  let { isEscalated, breachTier } = state;
  if (now > state.breachEndsAt) {
    const memory = ESCALATION_FACTOR * secondsOf(breachTier, parameters);
    isEscalated = breachTier !== 0 && now <= state.breachEndsAt + memory;
    breachTier = 0;
  }
  const tier = isEscalated && found < TOP_TIER ? found + 1 : found;
  const endsAt = now + secondsOf(tier, parameters);
  const breachEndsAt = endsAt > state.breachEndsAt ? endsAt : state.breachEndsAt;
  return { state: { ...state, isEscalated, breachTier: Math.max(breachTier, tier), breachEndsAt }, tier };
}

function secondsOf(tier: number, parameters: BandParameters): bigint {
  return parameters.tiersSeconds[tier - 1] ?? 0n;
}

function advance(state: BandState, price: BandPrice, parameters: BandParameters): BandState {
  const now = price.publishTime + price.ageSeconds;
  const isAnchorDue = now >= state.anchoredAt + parameters.anchorSeconds;
  return {
    ...state,
    referenceE18: stepReference(state, price, parameters),
    anchorE18: isAnchorDue ? creepAnchor(state.anchorE18, price.priceE18, parameters) : state.anchorE18,
    anchoredAt: isAnchorDue ? now : state.anchoredAt,
    publishTime: price.publishTime,
    pulsedAt: now,
  };
}

function stepReference(state: BandState, price: BandPrice, parameters: BandParameters): bigint {
  const { referenceE18 } = state;
  const isUp = price.priceE18 > referenceE18;
  const distance = isUp ? price.priceE18 - referenceE18 : referenceE18 - price.priceE18;
  const elapsed = price.publishTime - state.publishTime;
  const full = (distance * elapsed) / (elapsed + parameters.tauSeconds);
  const most = (referenceE18 * parameters.clipBps) / BPS;
  const step = full > most ? most : full;
  return isUp ? referenceE18 + step : referenceE18 - step;
}

function creepAnchor(anchor: bigint, price: bigint, parameters: BandParameters): bigint {
  const top = (anchor * (BPS + parameters.anchorUpBps)) / BPS;
  const bottom = (anchor * (BPS - parameters.anchorDownBps)) / BPS;
  if (price > top) return top;
  return price < bottom ? bottom : price;
}
