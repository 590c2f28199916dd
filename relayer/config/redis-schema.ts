import { z } from "zod";

import { expected, SecretRefSchema } from "./field.ts";

/** In braces, so that a cluster keeps all keys of the relayer in one slot. */
const prefix = z
  .string()
  .regex(/^\{[a-z0-9:_-]{1,64}\}$/i, expected('the key prefix in braces, as "{cordon}"'))
  .default("{cordon}");

const urls = (what: string) =>
  z
    .array(SecretRefSchema, expected(`a list of secret references to ${what}`))
    .min(1, "must name at least one URL")
    .max(16, "must name at most 16 URLs");

const SHAPES = '{"url": …} or {"sentinels": […], "name": …} or {"cluster": […]}, each with a "prefix"';

/** One server, a master that Sentinels name, or a cluster. */
export const RedisSchema = z.union(
  [
    z.strictObject({ url: SecretRefSchema, prefix }),
    z.strictObject({
      /** Their first URL's user and password are the server's as well. */
      sentinels: urls("the Sentinels"),
      name: z.string(expected("the master's name")).min(1, "must not be empty").max(64, "must be at most 64 letters"),
      prefix,
    }),
    z.strictObject({ cluster: urls("some of the cluster's nodes"), prefix }),
  ],
  { error: (issue) => redisFault(issue.input) },
);

/** A union says only that nothing fitted: this names the form that was meant, and what it lacks. */
function redisFault(input: unknown): string {
  if (typeof input !== "object" || input === null) {
    return input === undefined ? `is missing; write ${SHAPES}` : `must be ${SHAPES}`;
  }
  const named = ["url", "sentinels", "cluster"].filter((key) => key in input);
  if (named.length === 0) return `must name a server; write ${SHAPES}`;
  if (named.length > 1) return `names ${named.join(" and ")}; keep one of them`;
  if (named[0] === "sentinels" && !("name" in input)) return 'lacks "name": which master the Sentinels watch';
  const known = ["prefix", ...named, ...(named[0] === "sentinels" ? ["name"] : [])];
  const strange = Object.keys(input).filter((key) => !known.includes(key));
  if (strange.length > 0) return `has keys that are not known: ${strange.join(", ")}; remove or correct them`;
  return `must be ${SHAPES}; every URL is a secret reference, as {"type": "env", "value": "NAME"}`;
}
