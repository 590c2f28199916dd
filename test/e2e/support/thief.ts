import { keccakHasher } from "../../../relayer/adapters/evm/hasher.ts";
import { createIdentity } from "../../../relayer/adapters/evm/identity.ts";
import { startHttpCoSigners } from "../../../relayer/adapters/peers/http-co-signers.ts";
import { type Decision, canonicalDecision } from "../../../relayer/domain/decision/decision.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import type { Hex } from "../../../relayer/domain/hex.ts";
import { packEntries } from "../../../relayer/domain/incident/payload.ts";
import type { Rungs } from "../../../relayer/domain/incident/rungs.ts";
import { stampRungs } from "../../../relayer/domain/incident/word.ts";
import { canonicalPolicy, listRules } from "../../../relayer/domain/policy/policy.ts";
import type { Answer } from "../../../relayer/ports/co-signers.ts";
import { operatorWallet } from "../../../localnet/chains/accounts.ts";
import type { Localnet } from "../../../localnet/start-localnet.ts";
import type { TestHub } from "../../localnet/support/hubs.ts";

const OPERATORS = 3;
const DEFAULT_POLICY = { renewBelowSeconds: 480, reconcileAfterSeconds: 300 };
const NOWHERE: Hex = `0x${"99".repeat(32)}`;

export interface Theft {
  /** Operator whose key was stolen. */
  readonly operator: number;
  /** Where the other nodes listen, by operator. */
  readonly urls: ReadonlyMap<number, string>;
  readonly market: number;
  readonly rungs: number;
  /** What the thief says it looked at: the chains as they are, or blocks that are in none. */
  readonly cut: "true" | "forged";
}

/** Asks every other node to sign a decision that nobody would come to, in the name of the stolen key. */
export async function proposeForgery(
  localnet: Localnet,
  hubs: readonly TestHub[],
  theft: Theft,
): Promise<readonly Answer[]> {
  const decision = await forgeDecision(hubs, theft);
  const text = canonicalDecision(decision);
  const [planned] = decision.directives;
  if (planned === undefined) throw new RangeError("a forgery has a directive");
  const { deadline, entries } = planned;
  const directive = { decision: keccakHasher.keccakUtf8(text), deadline, entries: packEntries(entries) };
  const thief = await startHttpCoSigners({
    listen: { host: "127.0.0.1", port: 0 },
    identity: createIdentity(localnet.record.meshId as Hex, operatorWallet(theft.operator).privateKey),
    peers: [...theft.urls].map(([of, url]) => ({ name: `relayer-${of}`, operator: operatorOf(of), url })),
    wallet: operatorOf(theft.operator),
    nowMs: () => Date.now(),
    onDenied: () => undefined,
  });
  try {
    const never = new AbortController().signal;
    return await Promise.all(thief.peers.map((peer) => thief.ask(peer, { text, index: 0, directive }, never)));
  } finally {
    await thief.close();
  }
}

async function forgeDecision(hubs: readonly TestHub[], { market, rungs, cut }: Theft): Promise<Decision> {
  const points = await Promise.all(
    hubs.map(async ({ chain }) => {
      const [latest, finalised] = await Promise.all([blockOf(chain, "latest"), blockOf(chain, "finalized")]);
      const shown = cut === "true" ? latest : { ...latest, hash: NOWHERE };
      return { eid: eid(chain.eid), latest: shown, finalised, isCaughtUp: true, venue: null };
    }),
  );
  const now = Math.max(...(await Promise.all(hubs.map(({ chain }) => chain.now()))));
  const entries = [{ market, word: stampRungs(rungs as Rungs, now) }];
  return {
    cut: points.toSorted((a, b) => a.eid - b.eid),
    policyHash: keccakHasher.keccakUtf8(canonicalPolicy({ mirror: DEFAULT_POLICY })),
    rules: listRules({ mirror: DEFAULT_POLICY }),
    inputs: NOWHERE,
    operators: Array.from({ length: OPERATORS }, (_, of) => operatorOf(of)).sort(),
    inFlight: [],
    directives: [
      {
        kind: "raise",
        deadline: now + 600,
        entries,
        destinations: points.map((point) => ({ eid: point.eid, needs: entries })),
      },
    ],
  };
}

async function blockOf(chain: TestHub["chain"], tag: "latest" | "finalized") {
  const block = await chain.provider.getBlock(tag);
  if (!block?.hash) throw new RangeError(`${chain.name} has no ${tag} block`);
  return { number: block.number, hash: block.hash as Hex };
}

function operatorOf(index: number): Hex {
  return operatorWallet(index).address.toLowerCase() as Hex;
}
