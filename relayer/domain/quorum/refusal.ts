/**
 * Why a node does not sign what a peer proposes. Stable words: they are what peers, logs and metrics say.
 *
 * - `unknown-chain`: the cut names a chain that this node does not watch, or one twice.
 * - `unknown-block`: a block of the cut did not come within the time that is waited for it.
 * - `other-hash`: this node's chain holds another block at that height.
 * - `unreadable`: this node's own endpoints do not answer.
 * - `stale-cut`: a head of the cut is long past; what held then need not hold now.
 * - `policy-differs`, `operators-differ`: the nodes are not configured alike.
 * - `kind`: this node signs no directives of that kind.
 * - `deadline`: the directive would be good for longer than any that is decided here, or is over.
 * - `not-reproducible`: the same cut and policy give another decision here.
 * - `in-doubt`: it follows only if the finality of a chain is believed that this node doubts.
 * - `rate-limited`, `busy`: too many proposals of this peer, or too many at once.
 */
export const REFUSALS = [
  "unknown-chain",
  "unknown-block",
  "other-hash",
  "unreadable",
  "stale-cut",
  "policy-differs",
  "operators-differ",
  "kind",
  "deadline",
  "not-reproducible",
  "in-doubt",
  "rate-limited",
  "busy",
] as const;

export type Refusal = (typeof REFUSALS)[number];
