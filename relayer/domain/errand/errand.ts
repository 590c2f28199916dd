import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import { type Packet, packetKey } from "../packet/packet.ts";

/** Something that anybody may do on a chain, and that the relayer does where nobody else did. */
export type Errand =
  /** Gives the endpoint what DVNs have verified. */
  | { readonly kind: "commit"; readonly packet: Packet }
  /** Has the hub read a verified packet, with so much gas for the call to the endpoint. */
  | { readonly kind: "execute"; readonly packet: Packet; readonly gas: number }
  /** Has the hub send its words to its peers. */
  | { readonly kind: "broadcast"; readonly isHeartbeat: boolean }
  /** Has a sensor look at its condition. */
  | { readonly kind: "poke"; readonly sensor: Hex; readonly market: number }
  /** Has the silence sensor look at one peer. */
  | { readonly kind: "report-silence"; readonly sensor: Hex; readonly peer: Eid }
  /** Brings the posture of a market down to what is in force. */
  | { readonly kind: "lift"; readonly market: number }
  /** Gives the hub native coin for messages. */
  | { readonly kind: "top-up"; readonly wei: bigint };

export type ErrandKind = Errand["kind"];

/**
 * What an errand is paid out of. `message`: carries an incident on, and may use up what the wallet holds. `chore`: can
 * wait, and leaves the reserve alone. `funds`: gives coin away, within a limit of its own.
 */
export type Purpose = "message" | "chore" | "funds";

/** One string an errand, on its chain. Two errands of one string are the same thing to do. */
export function errandId(errand: Errand): string {
  switch (errand.kind) {
    case "commit":
    case "execute":
      return `${errand.kind}:${packetKey(errand.packet)}`;
    case "poke":
      return `poke:${errand.sensor}:${errand.market}`;
    case "report-silence":
      return `report-silence:${errand.sensor}:${errand.peer}`;
    case "lift":
      return `lift:${errand.market}`;
    case "broadcast":
    case "top-up":
      return errand.kind;
  }
}

export function purposeOf(errand: Errand): Purpose {
  if (errand.kind === "top-up") return "funds";
  const isMessage = errand.kind === "commit" || errand.kind === "execute";
  return isMessage || (errand.kind === "broadcast" && !errand.isHeartbeat) ? "message" : "chore";
}
