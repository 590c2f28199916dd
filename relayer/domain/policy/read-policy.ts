import { RULES, type Rules, canonicalPolicy } from "./policy.ts";

/**
 * Reads a policy's canonical text, or null when it is none or of rules that this code does not have. The text is of
 * exactly one policy, so reading and writing it again has to give the same text.
 */
export function readPolicy(text: string): Rules | null {
  try {
    const raw = JSON.parse(text) as Record<string, unknown>;
    const { scenarios } = raw;
    const parameters = RULES.flatMap(({ id }) => (raw[id] === undefined ? [] : [[id, raw[id]] as const]));
    const named = Array.isArray(scenarios) ? { scenarios: scenarios.map((of: object) => ({ source: "", ...of })) } : {};
    const rules = { ...Object.fromEntries(parameters), ...named } as unknown as Rules;
    return canonicalPolicy(rules) === text ? rules : null;
  } catch {
    return null;
  }
}
