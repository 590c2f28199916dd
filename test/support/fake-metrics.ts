import type { Metrics } from "../../relayer/ports/metrics.ts";

type Call = {
  readonly [Name in keyof Metrics]: { readonly name: Name; readonly args: Parameters<Metrics[Name]> };
}[keyof Metrics];

/** Keeps every record, so that a test can ask what was measured. */
export class FakeMetrics implements Metrics {
  readonly calls: Call[] = [];

  /** Arguments of every call of one recorder. */
  of<Name extends keyof Metrics>(name: Name): readonly Parameters<Metrics[Name]>[] {
    return this.calls.flatMap((call) => (call.name === name ? [call.args as Parameters<Metrics[Name]>] : []));
  }

  chainRead(...args: Parameters<Metrics["chainRead"]>): void {
    this.calls.push({ name: "chainRead", args });
  }
  found(...args: Parameters<Metrics["found"]>): void {
    this.calls.push({ name: "found", args });
  }
  hubReported(...args: Parameters<Metrics["hubReported"]>): void {
    this.calls.push({ name: "hubReported", args });
  }
  venueChecked(...args: Parameters<Metrics["venueChecked"]>): void {
    this.calls.push({ name: "venueChecked", args });
  }
  reorganised(...args: Parameters<Metrics["reorganised"]>): void {
    this.calls.push({ name: "reorganised", args });
  }
  finalityStalled(...args: Parameters<Metrics["finalityStalled"]>): void {
    this.calls.push({ name: "finalityStalled", args });
  }
  guarded(...args: Parameters<Metrics["guarded"]>): void {
    this.calls.push({ name: "guarded", args });
  }
  loopTurned(...args: Parameters<Metrics["loopTurned"]>): void {
    this.calls.push({ name: "loopTurned", args });
  }
  failed(...args: Parameters<Metrics["failed"]>): void {
    this.calls.push({ name: "failed", args });
  }
  decided(...args: Parameters<Metrics["decided"]>): void {
    this.calls.push({ name: "decided", args });
  }
  sent(...args: Parameters<Metrics["sent"]>): void {
    this.calls.push({ name: "sent", args });
  }
  reverted(...args: Parameters<Metrics["reverted"]>): void {
    this.calls.push({ name: "reverted", args });
  }
  closed(...args: Parameters<Metrics["closed"]>): void {
    this.calls.push({ name: "closed", args });
  }
  tightenedFirst(...args: Parameters<Metrics["tightenedFirst"]>): void {
    this.calls.push({ name: "tightenedFirst", args });
  }
  tightenedAll(...args: Parameters<Metrics["tightenedAll"]>): void {
    this.calls.push({ name: "tightenedAll", args });
  }
  overhead(...args: Parameters<Metrics["overhead"]>): void {
    this.calls.push({ name: "overhead", args });
  }
  fundsRead(...args: Parameters<Metrics["fundsRead"]>): void {
    this.calls.push({ name: "fundsRead", args });
  }
  haltReadiness(...args: Parameters<Metrics["haltReadiness"]>): void {
    this.calls.push({ name: "haltReadiness", args });
  }
  converged(...args: Parameters<Metrics["converged"]>): void {
    this.calls.push({ name: "converged", args });
  }
  coSigned(...args: Parameters<Metrics["coSigned"]>): void {
    this.calls.push({ name: "coSigned", args });
  }
  peerUp(...args: Parameters<Metrics["peerUp"]>): void {
    this.calls.push({ name: "peerUp", args });
  }
}
