import type { Eid } from "../domain/eid.ts";
import type { HubEvent } from "../domain/incident/hub-event.ts";
import { RelayerError } from "../errors.ts";
import type { HubReport } from "../ports/metrics.ts";
import type { AppContext } from "./context.ts";

/**
 * Passes on what hubs themselves say went wrong: a peer's configuration that differs, messages and lanes that were refused
 * (of an unknown version, ahead of time, above a ceiling), sends and mirrors that failed, a halt budget that is spent.
 * Contracts go on after each of them, and so does the relayer; a person has to look.
 */
export function passOnReports({ ledger, metrics, log }: AppContext, nameOf: (eid: Eid) => string): void {
  ledger.onChange(({ observation }) => {
    if (observation.kind !== "blocks-read") return;
    const chain = nameOf(observation.eid);
    for (const { event, blockNumber } of observation.events) {
      const facts = factsOf(event);
      if (facts === null) continue;
      const { code } = new RelayerError("HUB_REPORTS", `the hub of ${chain} reports ${event.kind}`);
      const kind = event.kind as HubReport;
      metrics.hubReported(chain, kind);
      log.warn({ chain, code, report: kind, block: blockNumber, ...facts }, "hub reports trouble");
    }
  });
}

/** For the log; null where the event is no trouble. */
function factsOf(event: HubEvent): Readonly<Record<string, number | string>> | null {
  switch (event.kind) {
    case "config-differs":
      return { srcEid: event.srcEid, theirs: event.theirs, ours: event.ours };
    case "message-refused":
      return { srcEid: event.srcEid, path: event.path, refusal: event.refusal, messageHash: event.messageHash };
    case "lanes-refused":
      return { srcEid: event.srcEid, path: event.path, refusal: event.refusal, market: event.market };
    case "send-failed":
      return { dstEid: event.dstEid, selector: event.selector };
    case "mirror-failed":
      return { mirror: event.mirror };
    case "halt-budget-spent":
      return { market: event.market };
    default:
      return null;
  }
}
