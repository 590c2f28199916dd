import { type HubState, applyEvent } from "./hub-state.ts";
import type { Batch } from "./world.ts";

/** `state` after `batches`, oldest first. An event that the state already counts is passed over. */
export function foldBatches(state: HubState, batches: readonly Batch[]): HubState {
  return batches.reduce(foldBatch, state);
}

function foldBatch(state: HubState, { change }: Batch): HubState {
  if ("state" in change) return change.state;
  return change.events.reduce((folded, event) => (event.seq > folded.seq ? applyEvent(folded, event) : folded), state);
}
