import { expect } from "chai";

import { exitCodeOfResults, printResults } from "../../../relayer/cli/check-report.ts";
import { parseOptions } from "../../../relayer/cli/options.ts";
import { RelayerError } from "../../../relayer/errors.ts";
import { EXIT, exitCodeOf } from "../../../relayer/exit-code.ts";

const fine = { what: "configuration", error: null };
const away = { what: "redis", error: new RelayerError("QUEUE_UNAVAILABLE", "Redis does not answer") };
const wrong = { what: "chain-b", error: new RelayerError("CHAIN_MISMATCH", "serves chain 1") };
const different = { what: "chain-a operators", error: null, difference: "the hub does not know 0x12" };

describe("check report", () => {
  it("prints one line a result, in columns", () => {
    expect(printResults([fine, different, away])).to.equal(
      [
        "configuration      ok",
        "chain-a operators  the hub does not know 0x12",
        "redis              CRD-401 Redis does not answer",
        "",
      ].join("\n"),
    );
  });

  it("ends with the code of the gravest result", () => {
    const cases = [[fine], [fine, away], [away, different], [away, different, wrong]];

    expect(cases.map(exitCodeOfResults)).to.deep.equal([
      EXIT.fine,
      EXIT.temporary,
      EXIT.difference,
      EXIT.configuration,
    ]);
  });
});

describe("exitCodeOf", () => {
  it("tells supervisors apart what a restart may mend and what it may not", () => {
    const codes = (
      ["CONFIG_INVALID", "HUB_MISMATCH", "RPC_UNAVAILABLE", "SERVER_UNAVAILABLE", "UNEXPECTED", "TX_REVERTED"] as const
    ).map((name) => exitCodeOf(new RelayerError(name, "x")));

    expect(codes).to.deep.equal([78, 78, 75, 75, 1, 1]);
  });
});

describe("parseOptions", () => {
  const parse = (...args: readonly string[]) => {
    const printed: string[] = [];
    const keep = (text: string) => printed.push(text);
    return { invocation: parseOptions(args, { out: keep, err: keep }), printed: printed.join("") };
  };

  it("takes a configuration file, and whether to check only", () => {
    expect(parse("--config", "a.json").invocation).to.deep.equal({ kind: "run", configFile: "a.json" });
    expect(parse("-c", "a.json", "--check").invocation).to.deep.equal({ kind: "check", configFile: "a.json" });
  });

  for (const args of [[], ["--config"], ["--config", "a", "--fast"], ["--config", "a", "b"]]) {
    it(`ends with 2 and says why: ${args.join(" ") || "nothing"}`, () => {
      const { invocation, printed } = parse(...args);

      expect(invocation).to.deep.equal({ kind: "end", code: EXIT.usage });
      expect(printed).to.match(/^error: /);
    });
  }

  it("shows help and ends well", () => {
    const { invocation, printed } = parse("--help");

    expect(invocation).to.deep.equal({ kind: "end", code: EXIT.fine });
    expect(printed)
      .to.contain("--check")
      .and.to.match(/78 +the configuration/);
  });
});
