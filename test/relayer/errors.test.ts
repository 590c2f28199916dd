import { expect } from "chai";
import fc from "fast-check";
import { pino } from "pino";

import { CATALOGUE, describeError, RelayerError } from "../../relayer/errors.ts";
import { createRedactor, hostOf, redactText } from "../../relayer/redaction.ts";

const PLANTED = "SECRETKEY";
/** Every place of a URL where providers put keys. */
const KEYED_URLS = [
  `https://rpc.example/v2/${PLANTED}`,
  `https://rpc.example:8545/?apikey=${PLANTED}&x=1`,
  `https://user:${PLANTED}@rpc.example/`,
  `wss://${PLANTED}@rpc.example/ws`,
  `rediss://default:${PLANTED}@redis.example:6380/0`,
  `https://rpc.example/path#${PLANTED}`,
  `HTTPS://RPC.EXAMPLE/${PLANTED}`,
];

describe("RelayerError", () => {
  it("carries code and fate of its catalogue entry", () => {
    const error = new RelayerError("RPC_UNAVAILABLE", "no answer");

    expect([error.code, error.fate, error.name]).to.deep.equal(["CRD-203", "retry", "RPC_UNAVAILABLE"]);
  });

  it("keeps an error that has a code as it is", () => {
    const error = new RelayerError("TX_REVERTED", "expired");

    expect(RelayerError.from(error)).to.equal(error);
  });

  it("gives anything else the code of the unexpected", () => {
    const thrown: readonly unknown[] = [new TypeError("x is undefined"), "text", undefined, null, { message: 1 }];

    expect(thrown.map((each) => RelayerError.from(each).code)).to.deep.equal(thrown.map(() => "CRD-999"));
  });

  it("tells where an unexpected error broke, not where it was given a code", () => {
    function breaksHere(): never {
      throw new TypeError("x is undefined");
    }

    let record: ReturnType<typeof describeError> | undefined;
    try {
      breaksHere();
    } catch (error) {
      record = describeError(RelayerError.from(error));
    }

    expect(record?.stack).to.contain("breaksHere").and.to.contain("errors.test.ts");
  });

  it("survives a chain of causes that bites its tail", () => {
    const loop = new TypeError("a");
    loop.cause = loop;

    expect(describeError(new RelayerError("UNEXPECTED", "b", {}, loop)).causes).to.have.length.within(1, 10);
  });

  describe("when a driver's error holds a keyed URL", () => {
    for (const url of KEYED_URLS) {
      it(`shows none of it: ${url.replace(PLANTED, "…")}`, () => {
        const error = new RelayerError("RPC_REFUSED", `asked ${url}`, factsWith(url), driverErrorWith(url));

        expect(everythingOf(error)).to.not.contain(PLANTED);
        expect(error.message).to.match(/^asked \S*example/);
      });
    }

    it("shows none of it in what pino prints", () => {
      const lines: string[] = [];
      const log = pino({ serializers: { err: describeError } }, { write: (line) => lines.push(line) });

      for (const url of KEYED_URLS) {
        log.error(
          { err: new RelayerError("RPC_UNAVAILABLE", `asked ${url}`, factsWith(url), driverErrorWith(url)) },
          "failed",
        );
        log.error({ err: driverErrorWith(url) }, "failed");
      }

      expect(lines.join("")).to.not.contain(PLANTED);
      expect(lines).to.have.length(2 * KEYED_URLS.length);
    });
  });
});

describe("error catalogue", () => {
  it("uses no code twice", () => {
    const codes = Object.values(CATALOGUE).map(({ code }) => code);

    expect(new Set(codes).size).to.equal(codes.length);
  });

  it("keeps every code in the range of its subject", () => {
    const ranges: readonly [RegExp, RegExp][] = [
      [/^(CONFIG|SERVER|KEY)/, /^CRD-1\d\d$/],
      [/^(CHAIN|HUB|RPC|BLOCK|EVENTS|ENDPOINT|BEYOND)/, /^CRD-2\d\d$/],
      [/^(TX|NONCE|FEE|WALLET|REPLACEMENT|ACTION_EXHAUSTED|PACKET|INSTRUCTION|SENSOR)/, /^CRD-3\d\d$/],
      [/^(JOB|QUEUE|ACTION_OPEN)/, /^CRD-4\d\d$/],
      [/^(JOURNAL|GUARDS|PURSES|CHECKPOINT)/, /^CRD-5\d\d$/],
      [/^(EVENT_|DECISION)/, /^CRD-6\d\d$/],
      [/^(PEER|REQUEST|QUORUM)/, /^CRD-7\d\d$/],
      [/^UNEXPECTED$/, /^CRD-999$/],
    ];

    const misplaced = Object.entries(CATALOGUE).filter(([name, { code }]) => {
      return !ranges.some(([subject, range]) => subject.test(name) && range.test(code));
    });

    expect(misplaced).to.deep.equal([]);
  });

  it("says in a sentence what each code means", () => {
    expect(Object.values(CATALOGUE).filter(({ meaning }) => !/^[A-Z].{15,110}\.$/.test(meaning))).to.deep.equal([]);
  });
});

describe("redactText", () => {
  it("leaves host and port of a URL and the text around it", () => {
    const text = "POST https://rpc.example:8545/v2/abc failed, see wss://u:p@b.example/x";

    expect(redactText(text)).to.equal("POST rpc.example:8545 failed, see b.example");
  });

  it("lets no part behind the host through, whatever it is made of", () => {
    const part = fc
      .string({ minLength: 8, maxLength: 40 })
      .filter((text) => !/\s/.test(text) && !"rpc.example".includes(text));

    fc.assert(
      fc.property(part, fc.constantFrom("/", "/?k=", "/a/b/", "/#"), (secret, before) => {
        expect(redactText(`x https://rpc.example${before}${secret} y`)).to.not.contain(secret);
      }),
    );
  });

  it("leaves the files of a stack readable, but nothing that is glued to them", () => {
    expect(redactText("at f (file:///app/main.ts:3:1)")).to.equal("at f (file:///app/main.ts:3:1)");
    expect(redactText("file:///app/x,https://rpc.example/SECRETKEY")).to.not.contain(PLANTED);
  });

  it("shows nothing of what looks like a URL and is none", () => {
    expect(redactText("http://[bad]:x/SECRETKEY")).to.equal("[redacted]");
    expect(hostOf("not a url")).to.equal("[redacted]");
  });
});

describe("createRedactor", () => {
  const key = `0x${"7c".repeat(32)}`;
  const redact = createRedactor([key, ...KEYED_URLS, "https://rpc.example/mainnet/v3"]);

  it("takes secrets out of a line, with and without their prefix", () => {
    const line = `{"a":"${key}","b":"${key.slice(2)}","c":"x${PLANTED}y"}`;

    expect(redact(line)).to.equal('{"a":"[redacted]","b":"[redacted]","c":"x[redacted]y"}');
  });

  it("leaves hosts and plain words of a path alone", () => {
    expect(redact("rpc.example mainnet v3")).to.equal("rpc.example mainnet v3");
  });
});

function factsWith(url: string): Record<string, unknown> {
  return { url, nested: { list: [{ url }], deep: { er: { still: { url } } } }, error: new TypeError(url), count: 10n };
}

/** What ethers and undici do: the URL in the message, in properties, in the stack, in a cause. */
function driverErrorWith(url: string): Error {
  const cause = Object.assign(new TypeError(`fetch ${url} failed`), { request: { url } });
  const error = new TypeError(`server response 401 (request={ }, requestUrl="${url}", code=SERVER_ERROR)`, { cause });
  return Object.assign(error, { requestUrl: url, info: { requestUrl: url, request: { url } } });
}

/** Every text that can be got out of an error: own properties, hidden ones and causes included. */
function everythingOf(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  const keys = Reflect.ownKeys(value);
  const texts = keys.map((key) => `${String(key)}=${everythingOf(Reflect.get(value, key), seen)}`);
  return [...texts, value instanceof Error ? String(value.stack) : "", JSON.stringify(describeError(value))].join("\n");
}
