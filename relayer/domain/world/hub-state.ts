import type { Hex } from "../hex.ts";
import type { HubEvent } from "../incident/hub-event.ts";
import type { Leases } from "../incident/leases.ts";
import type { Limits } from "../incident/limits.ts";
import { MARKETS, type Posture } from "../incident/posture.ts";
import { EMPTY_WORD, REGISTERED_WORD, type Word } from "../incident/word.ts";
import type { BlockRef } from "./block.ts";

/** All that decides what a hub will do next, at one block. */
export interface HubState {
  /** Sequence number of the latest event. */
  readonly seq: number;
  /** By market, 32 of them. */
  readonly meshWords: readonly Word[];
  readonly localWords: readonly Word[];
  readonly posture: Posture;
  readonly leases: Leases;
  readonly limits: Limits;
  /** Accounts known to be operators there, lower case. Of those that nobody asked about it says nothing. */
  readonly operators: readonly Hex[];
}

/** A hub's state as read from the chain, pinned by block hash. */
export interface HubSnapshot extends HubState {
  readonly block: BlockRef;
}

/** `state` after `event`. Events carry absolute words, so one that was missed does no harm to a later one. */
export function applyEvent(state: HubState, event: HubEvent): HubState {
  const next = { ...state, seq: Math.max(state.seq, event.seq) };
  switch (event.kind) {
    case "market-registered":
      return {
        ...next,
        posture: event.posture,
        meshWords: withWord(state.meshWords, event.market, REGISTERED_WORD),
        localWords: withWord(state.localWords, event.market, REGISTERED_WORD),
      };
    case "asserted":
      return {
        ...next,
        posture: event.posture,
        meshWords: withWord(state.meshWords, event.market, event.meshWord),
        localWords:
          event.localWord === EMPTY_WORD ? state.localWords : withWord(state.localWords, event.market, event.localWord),
      };
    case "merged":
      return { ...next, posture: event.posture, meshWords: withWord(state.meshWords, event.market, event.meshWord) };
    case "voided":
      return {
        ...next,
        meshWords: withWord(state.meshWords, event.market, event.meshWord),
        localWords: withWord(state.localWords, event.market, event.localWord),
      };
    case "lifted":
    case "halt-budget-rearmed":
      return { ...next, posture: event.posture };
    case "operator-set":
      return { ...next, operators: withOperator(state.operators, event.operator, event.isActive) };
    case "limits-set":
      return { ...next, limits: event.limits };
    default:
      return next;
  }
}

/** Whether two readings of one block say the same. Operators are left out: readers may ask about different ones. */
export function isSameState(a: HubState, b: HubState): boolean {
  return (
    a.seq === b.seq && a.posture === b.posture && isSame(a.meshWords, b.meshWords) && isSame(a.localWords, b.localWords)
  );
}

/** A market that does not exist is dropped: nothing on chain could have said it. */
function withWord(words: readonly Word[], market: number, word: Word): readonly Word[] {
  return market < MARKETS ? words.with(market, word) : words;
}

function withOperator(operators: readonly Hex[], operator: Hex, isActive: boolean): readonly Hex[] {
  const others = operators.filter((known) => known !== operator);
  return isActive ? [...others, operator] : others;
}

function isSame(a: readonly Word[], b: readonly Word[]): boolean {
  return a.length === b.length && a.every((word, market) => word === b[market]);
}
