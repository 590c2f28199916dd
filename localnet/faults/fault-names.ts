import { SetupError } from "../../deployments/setup-error.ts";

/** Messaging faults are decided a packet at a time; process faults are done to a process at a chosen moment. */
export type FaultKind = "messaging" | "process";

interface Fault {
  readonly kind: FaultKind;
  /** What happens, in one line. */
  readonly description: string;
}

/** Every fault that can be asked for by name. */
export const FAULTS = {
  drop: {
    kind: "messaging",
    description: "the executor never delivers a pathway's first packet and half of the others",
  },
  duplicate: { kind: "messaging", description: "every packet is verified, committed and delivered a second time" },
  delay: { kind: "messaging", description: "every packet is verified 200 to 1500 ms late" },
  reorder: { kind: "messaging", description: "packets of a pathway are executed out of order" },
  withhold: { kind: "messaging", description: "the second DVN verifies nothing, so LayerZero delivers nothing" },
  forge: { kind: "messaging", description: "the first DVN verifies a forged payload before the true one" },
  "relayer-dead": { kind: "process", description: "the relayer is killed before the trip" },
  "redis-down": { kind: "process", description: "Redis ends before the trip and comes back after it" },
  "redis-wiped": { kind: "process", description: "Redis loses every key in the middle of the incident" },
  "chain-down": { kind: "process", description: "one chain is down during the trip and comes back after it" },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

export type MessagingFaultName = {
  [Name in FaultName]: (typeof FAULTS)[Name]["kind"] extends "messaging" ? Name : never;
}[FaultName];

export const FAULT_NAMES = Object.keys(FAULTS).filter(isFaultName);

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

export function isMessagingFault(name: FaultName): name is MessagingFaultName {
  return FAULTS[name].kind === "messaging";
}

/** @throws SetupError "usage" when there is no such fault. */
export function parseFaultName(name: string): FaultName {
  if (isFaultName(name)) return name;
  throw new SetupError("usage", `There is no fault "${name}".`, { fix: `Choose from: ${FAULT_NAMES.join(", ")}.` });
}

/** What `--fault list` prints, a line each. */
export function listFaults(): string[] {
  const width = Math.max(...FAULT_NAMES.map((name) => name.length));
  return FAULT_NAMES.map(
    (name) => `${name.padEnd(width)}  ${FAULTS[name].kind.padEnd(9)}  ${FAULTS[name].description}`,
  );
}
