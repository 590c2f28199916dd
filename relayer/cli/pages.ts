import type { z } from "zod";

import { RelayerError } from "../errors.ts";
import { hostOf } from "../redaction.ts";

const TIMEOUT_MS = 5_000;

/** Asks a running relayer for one of its pages. */
export type AskPage = <Schema extends z.ZodType>(path: string, schema: Schema) => Promise<z.output<Schema>>;

/**
 * Pages of the relayer at `baseUrl`, parsed where they enter.
 *
 * @throws RelayerError `SERVER_SILENT` when nobody answers, or answers with something else
 */
export function createAskPage(baseUrl: string): AskPage {
  return async (path, schema) => {
    const host = hostOf(baseUrl);
    let body: unknown;
    try {
      const response = await fetch(new URL(path, baseUrl), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      body = await response.json();
    } catch (error) {
      const text = `no relayer answers ${path} at ${host}; start it, or give --url`;
      throw new RelayerError("SERVER_SILENT", text, { host, path }, error);
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new RelayerError("SERVER_SILENT", `${host} answered ${path} with something else than a relayer does`, {
      host,
      path,
    });
  };
}
