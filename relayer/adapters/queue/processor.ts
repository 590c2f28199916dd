import { type Job, UnrecoverableError } from "bullmq";

import type { Eid } from "../../domain/eid.ts";
import { RelayerError } from "../../errors.ts";
import type { ActionHandler } from "../../ports/queue.ts";
import { decodeJob } from "./action-job.ts";

export interface ProcessorOptions {
  readonly eid: Eid;
  readonly handler: ActionHandler;
  /** Aborts when the queue closes. */
  readonly stopping: AbortSignal;
  /** Continuing would do harm. */
  readonly onHalt: (error: RelayerError) => void;
}

/** Runs one destination's jobs, and turns fates into what BullMQ does with a job. */
export function createProcessor({ eid, handler, stopping, onHalt }: ProcessorOptions) {
  // Three named parameters: BullMQ passes the abort signal only to processors of arity three.
  return async (job: Pick<Job, "data">, _token?: string, signal?: AbortSignal): Promise<void> => {
    try {
      const decoded = decodeJob(job.data);
      if (decoded.action.eid !== eid) {
        const facts = { queue: eid, eid: decoded.action.eid };
        throw new RelayerError("JOB_MALFORMED", "a job lies in another destination's queue", facts);
      }
      await handler(decoded, signal === undefined ? stopping : AbortSignal.any([signal, stopping]));
    } catch (error) {
      const known = RelayerError.from(error);
      if (known.fate === "retry") throw known;
      if (known.fate === "halt") onHalt(known);
      throw new UnrecoverableError(`${known.code}: ${known.message}`);
    }
  };
}
