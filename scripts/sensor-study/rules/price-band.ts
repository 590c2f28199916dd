/** The price band of `contracts/sensors/Band.sol`, for comparison: confidence is zero here, prices have 18 decimals. */
export interface BandParameters {
  readonly tiersBps: readonly [bigint, bigint, bigint];
  readonly tiersSeconds: readonly [bigint, bigint, bigint];
  readonly tauSeconds: bigint;
  readonly clipBps: bigint;
  readonly anchorUpBps: bigint;
  readonly anchorDownBps: bigint;
  readonly anchorSeconds: bigint;
  readonly minGapSeconds: bigint;
}

export interface BandState {
  readonly referenceE18: bigint;
  readonly anchorE18: bigint;
  readonly anchoredAt: bigint;
  readonly publishTime: bigint;
  readonly breachEndsAt: bigint;
  readonly breachTier: number;
  readonly isEscalated: boolean;
}

export interface BandPoke {
  readonly state: BandState;
  /** Tier asserted, 0 inside the band. */
  readonly tier: number;
}

const BPS = 10_000n;
const TOP_TIER = 3;

/** One poke, the block being as old as the price. `state` is null until seeded. */
export function pokeBand(
  state: BandState | null,
  priceE18: bigint,
  time: bigint,
  parameters: BandParameters,
): BandPoke {
  if (state === null) {
    const seeded = { referenceE18: priceE18, anchorE18: priceE18, anchoredAt: time, publishTime: time };
    return { state: { ...seeded, breachEndsAt: 0n, breachTier: 0, isEscalated: false }, tier: 0 };
  }
  if (time < state.publishTime + parameters.minGapSeconds) return { state, tier: 0 };
  const found = tierOf(state, priceE18, parameters);
  const breached = found === 0 ? { ...state, tier: 0 } : breach(state, found, time, parameters);
  const { tier, ...rest } = breached;
  return { state: advance(rest, priceE18, time, parameters), tier };
}

function deviationBps(priceE18: bigint, centre: bigint): bigint {
  return ((priceE18 > centre ? priceE18 - centre : centre - priceE18) * BPS) / centre;
}

function tierOf(state: BandState, priceE18: bigint, parameters: BandParameters): number {
  const deviation = deviationBps(priceE18, state.referenceE18);
  const tier = parameters.tiersBps.findLastIndex((tierBps) => deviation >= tierBps) + 1;
  if (tier !== 0) return tier;
  const most = priceE18 > state.anchorE18 ? parameters.anchorUpBps : parameters.anchorDownBps;
  return deviationBps(priceE18, state.anchorE18) >= most ? 1 : 0;
}

function breach(
  state: BandState,
  found: number,
  time: bigint,
  parameters: BandParameters,
): BandState & { tier: number } {
  let { isEscalated, breachTier } = state;
  if (time > state.breachEndsAt) {
    const memory = 2n * secondsOf(breachTier, parameters);
    isEscalated = breachTier !== 0 && time <= state.breachEndsAt + memory;
    breachTier = 0;
  }
  const tier = isEscalated && found < TOP_TIER ? found + 1 : found;
  const endsAt = time + secondsOf(tier, parameters);
  const breachEndsAt = endsAt > state.breachEndsAt ? endsAt : state.breachEndsAt;
  return { ...state, isEscalated, breachTier: Math.max(breachTier, tier), breachEndsAt, tier };
}

function secondsOf(tier: number, parameters: BandParameters): bigint {
  return parameters.tiersSeconds[tier - 1] ?? 0n;
}

function advance(state: BandState, priceE18: bigint, time: bigint, parameters: BandParameters): BandState {
  const isAnchorDue = time >= state.anchoredAt + parameters.anchorSeconds;
  return {
    ...state,
    referenceE18: stepReference(state.referenceE18, priceE18, time - state.publishTime, parameters),
    anchorE18: isAnchorDue ? creepAnchor(state.anchorE18, priceE18, parameters) : state.anchorE18,
    anchoredAt: isAnchorDue ? time : state.anchoredAt,
    publishTime: time,
  };
}

function stepReference(reference: bigint, price: bigint, elapsed: bigint, parameters: BandParameters): bigint {
  const isUp = price > reference;
  const full = ((isUp ? price - reference : reference - price) * elapsed) / (elapsed + parameters.tauSeconds);
  const most = (reference * parameters.clipBps) / BPS;
  const step = full > most ? most : full;
  return isUp ? reference + step : reference - step;
}

function creepAnchor(anchor: bigint, price: bigint, parameters: BandParameters): bigint {
  const top = (anchor * (BPS + parameters.anchorUpBps)) / BPS;
  const bottom = (anchor * (BPS - parameters.anchorDownBps)) / BPS;
  if (price > top) return top;
  return price < bottom ? bottom : price;
}
