import { RelayerError } from "../../relayer/errors.ts";

/** The error that `work` must fail with. */
export async function failureOf(work: Promise<unknown>): Promise<RelayerError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RelayerError) return error;
  throw new TypeError(`expected a RelayerError, got ${error === null ? "success" : String(error)}`);
}
