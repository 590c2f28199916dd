/** A socket that says nothing for this long is dead, whatever it says of itself. */
const SILENCE_MS = 30_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 15_000;

export interface HeadSubscriptionOptions {
  readonly url: string;
  readonly onHead: () => void;
  readonly silenceMs?: number;
}

/**
 * Listens for new heads over a websocket. Only ever a hint: nothing depends on it, so it fails quietly and tries again,
 * each time a little later, for as long as it is not closed.
 */
export function subscribeHeads({ url, onHead, silenceMs = SILENCE_MS }: HeadSubscriptionOptions): () => void {
  let isClosed = false;
  let failures = 0;
  let socket: WebSocket | null = null;
  let timer: NodeJS.Timeout | undefined;

  function setTimer(ms: number, then: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
    timer.unref();
  }

  function drop(): void {
    const dead = socket;
    socket = null;
    dead?.close();
  }

  function retry(): void {
    if (isClosed) return;
    drop();
    setTimer(Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS), connect);
    failures = Math.min(failures + 1, MAX_DOUBLINGS);
  }

  function connect(): void {
    const mine = new WebSocket(url);
    socket = mine;
    // A socket that was given up may still speak: only the present one is heard.
    const ifCurrent = (then: () => void) => () => {
      if (socket === mine && !isClosed) then();
    };
    mine.addEventListener(
      "open",
      ifCurrent(() => mine.send(SUBSCRIBE)),
    );
    mine.addEventListener("error", ifCurrent(retry));
    mine.addEventListener("close", ifCurrent(retry));
    mine.addEventListener("message", (message) => {
      if (socket !== mine || isClosed) return;
      setTimer(silenceMs, retry);
      if (!isHead(message.data)) return;
      failures = 0;
      onHead();
    });
    setTimer(silenceMs, retry);
  }

  connect();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    drop();
  };
}

const MAX_DOUBLINGS = 10;
const SUBSCRIBE = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] });

function isHead(data: unknown): boolean {
  return typeof data === "string" && data.includes("eth_subscription");
}
