import type { Eid } from "../../domain/eid.ts";
import { type Recovery, type RecoveryPolicy, listRecoveries } from "../../domain/packet/recovery.ts";
import { listPackets } from "../../domain/packet/packet-view.ts";
import type { MessagesView, MessageStatus, RecoveryStatus } from "../../ports/message-status.ts";
import type { PacketLedger } from "./packet-ledger.ts";

export interface MessagesViewOptions {
  readonly packets: PacketLedger;
  readonly policy: RecoveryPolicy;
  readonly nowMs: () => number;
  readonly nameOf: (eid: Eid) => string;
  /** Executions of this relayer that failed, by packet key. */
  readonly failures: () => ReadonlyMap<string, number>;
}

/** What pages and command line show of messages, read off the book at the moment of asking. */
export function createMessagesView(options: MessagesViewOptions): MessagesView {
  const { packets, policy, nowMs, nameOf } = options;
  const ageOf = (sinceMs: number | null): number | null =>
    sinceMs === null ? null : Math.max(0, Math.round((nowMs() - sinceMs) / 1_000));

  return {
    messages({ srcEid, dstEid, status } = {}) {
      const failures = options.failures();
      const all = listPackets(packets.book).filter(({ packet, state }) => {
        const isOnPath = (srcEid ?? packet.srcEid) === packet.srcEid && (dstEid ?? packet.dstEid) === packet.dstEid;
        return isOnPath && (status ?? state) === state;
      });
      return all.map(({ key, packet, state, arrival, sinceMs, isForged }): MessageStatus => {
        const { guid, payloadHash, nonce } = packet;
        const verifiedBy = arrival.attestations
          .filter((each) => each.payloadHash === payloadHash)
          .map(({ dvn }) => dvn);
        return {
          guid,
          srcEid: packet.srcEid,
          dstEid: packet.dstEid,
          nonce: String(nonce),
          status: state,
          ageSeconds: ageOf(sinceMs),
          verifiedBy,
          failures: arrival.alerts + (failures.get(key) ?? 0),
          isForged,
        };
      });
    },
    recoveries() {
      const found = listRecoveries(packets.book, { policy, nowMs: nowMs(), failures: options.failures() });
      return found.map((recovery): RecoveryStatus => {
        const { eid, why, route, nonce, holdsUp, sinceMs } = recovery;
        const call = printCall(recovery);
        const { srcEid } = route;
        return { chain: nameOf(eid), why, srcEid, nonce: String(nonce), holdsUp, ageSeconds: ageOf(sinceMs), call };
      });
    },
  };
}

/** The endpoint's function and its arguments, ready for `cast send <endpoint>`. */
function printCall({ call, route, nonce, payloadHash, guid, message }: Recovery): string {
  const { receiver, srcEid, sender } = route;
  switch (call) {
    case "skip":
      return `"skip(address,uint32,bytes32,uint64)" ${receiver} ${srcEid} ${sender} ${nonce}`;
    case "nilify":
      return `"nilify(address,uint32,bytes32,uint64,bytes32)" ${receiver} ${srcEid} ${sender} ${nonce} ${payloadHash}`;
    case "clear": {
      const origin = `"(${srcEid},${sender},${nonce})"`;
      return `"clear(address,(uint32,bytes32,uint64),bytes32,bytes)" ${receiver} ${origin} ${guid} ${message}`;
    }
  }
}
