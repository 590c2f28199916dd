import { expect } from "chai";

import { withDeadline } from "../../../relayer/app/deadline.ts";
import { RelayerError } from "../../../relayer/errors.ts";
import { FakeClock } from "../../support/fake-clock.ts";

describe("withDeadline", () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const deadline = { clock, ms: 100, signal: stop.signal, what: "answer", failsAs: "RPC_UNAVAILABLE" } as const;

  const nameOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "none",
      (error: unknown) => RelayerError.from(error).name,
    );

  describe("when the work is done in time", () => {
    it("gives its result, and aborts what it may have left behind", async () => {
      let given: AbortSignal | undefined;

      const result = await withDeadline(deadline, (signal) => {
        given = signal;
        return Promise.resolve(7);
      });

      expect(result).to.equal(7);
      expect(given?.aborted).to.equal(true);
    });

    it("passes its failure on", async () => {
      const failing = withDeadline(deadline, () => Promise.reject(new RelayerError("TX_REFUSED", "no")));

      expect(await nameOf(failing)).to.equal("TX_REFUSED");
    });
  });

  describe("when the work takes too long", () => {
    it("fails by name, though the work does not heed its signal", async () => {
      const name = nameOf(withDeadline(deadline, () => new Promise(() => undefined)));

      await clock.advance(100);

      expect(await name).to.equal("RPC_UNAVAILABLE");
    });
  });

  describe("when everything is stopped", () => {
    it("ends at once", async () => {
      const name = nameOf(withDeadline(deadline, () => new Promise(() => undefined)));

      stop.abort();

      expect(await name).to.equal("RPC_UNAVAILABLE");
    });
  });
});
