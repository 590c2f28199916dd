import { Counter, Gauge, type Registry } from "prom-client";

import type { HousekeepingMetrics } from "../../ports/housekeeping-metrics.ts";

/** The `HousekeepingMetrics` port on prom-client. */
export function createHousekeepingMetrics(registry: Registry, prefix: string): HousekeepingMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: prefix + name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name: prefix + name, help, labelNames, registers });

  const messages = counter("messages_total", "LayerZero packets that came into a state.", [
    "origin",
    "destination",
    "status",
  ]);
  const size = gauge("backlog_size", "Packets sent and neither executed nor given up.", ["origin", "destination"]);
  const oldest = gauge("backlog_oldest_age_seconds", "Age of the oldest of them, since it was first seen.", [
    "origin",
    "destination",
  ]);
  const recoveries = gauge("recoveries_open", "Nonces and packets that only the hub's delegate can clear.", ["chain"]);
  const errands = counter("errands_total", "Errands by what became of them.", ["chain", "kind", "outcome"]);
  const reverting = gauge("sensors_reverting", "Sensors that revert whenever they are poked.", ["chain"]);
  const wallet = gauge("keeper_wallet_ether", "Native coin of the wallet that pays for errands.", ["chain"]);
  const hub = gauge("hub_funds_ether", "Native coin that the hub has for messages.", ["chain"]);

  return {
    messageMoved: ({ origin, destination }, status) => messages.inc({ origin, destination, status }),
    backlog(all) {
      for (const { origin, destination, ...of } of all) {
        size.set({ origin, destination }, of.size);
        oldest.set({ origin, destination }, of.oldestAgeSeconds);
      }
    },
    recoveriesOpen: (all) => all.forEach((count, chain) => recoveries.set({ chain }, count)),
    errand: (chain, { kind, outcome }) => errands.inc({ chain, kind, outcome }),
    sensorsReverting: (chain, count) => reverting.set({ chain }, count),
    funds(chain, of) {
      wallet.set({ chain }, of.wallet);
      hub.set({ chain }, of.hub);
    },
  };
}
