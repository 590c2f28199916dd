import { expect } from "chai";

import { RelayerError } from "../../relayer/errors.ts";
import { createLog } from "../../relayer/log.ts";

const KEY = `0x${"7c".repeat(32)}`;
const URL = "https://user:PASSWORD@rpc.example/v2/SECRETKEY?k=QUERYKEY";

describe("createLog", () => {
  let lines: string[];
  const logAt = (level: string) =>
    createLog({ relayer: "relayer-0", level, secrets: [KEY, URL], write: (line) => lines.push(line) });

  beforeEach(() => {
    lines = [];
  });

  it("writes one JSON object a line, with the level in words and the time", () => {
    logAt("info").info({ chain: "chain-a" }, "directive sent");

    const { time, ...line } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    expect(line).to.deep.equal({ level: "info", relayer: "relayer-0", chain: "chain-a", msg: "directive sent" });
    expect(time).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it("says of an error its class, code, message and facts", () => {
    logAt("info").error({ err: new RelayerError("RPC_UNAVAILABLE", "no answer", { host: "rpc.example" }) }, "failed");

    expect((JSON.parse(lines[0] ?? "") as { err: object }).err).to.deep.equal({
      class: "RPC_UNAVAILABLE",
      code: "CRD-203",
      fate: "retry",
      message: "no answer",
      facts: { host: "rpc.example" },
    });
  });

  it("lets no secret through, whichever way it came in", () => {
    const log = logAt("trace").child({ url: URL });
    log.info({ nested: { [KEY]: [URL] }, key: KEY.slice(2) }, `message with ${KEY}`);
    log.error({ err: Object.assign(new TypeError(URL), { url: URL }) }, "PASSWORD");

    expect(lines).to.have.length(2);
    expect(lines.join("")).to.not.match(/PASSWORD|SECRETKEY|QUERYKEY|7c7c7c/);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).to.not.throw();
  });
});
