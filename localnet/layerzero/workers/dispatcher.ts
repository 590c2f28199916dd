import { describeCause } from "../../../deployments/setup-error.ts";
import type { Delivery, DeliveryBook, KnownDelivery } from "./delivery-book.ts";
import { isKnown } from "./delivery-book.ts";
import type { DeliveryEvent } from "./delivery-events.ts";
import type { Dvn } from "./dvn.ts";
import type { Executor } from "./executor.ts";
import { type Task, createTask } from "./task.ts";

/** Gives each worker its work as events come in. */
export interface Dispatcher {
  /** Sets to work whoever `kind` of event concerns. */
  advance(delivery: KnownDelivery, kind: DeliveryEvent["kind"]): void;
  /** Whether nobody has anything left to do for the packet. */
  isSettled(delivery: Delivery): boolean;
  /** Drops all work. {@link advance} starts it again. */
  stop(): void;
}

export interface DispatcherOptions {
  readonly book: DeliveryBook;
  readonly dvns: readonly Dvn[];
  readonly executor: Executor;
  /** Reads the events of a chain up to its head; rejects while it does not answer. */
  readonly refresh: (eid: number) => Promise<void>;
  readonly log: (line: string) => void;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { book, dvns, executor } = options;
  const tasks = new Map<string, Task>();
  const timers = new Set<NodeJS.Timeout>();

  const trigger = (id: string, destinationEid: number, run: () => Promise<void>) => {
    const refresh = () => options.refresh(destinationEid);
    const onGivenUp = (error: unknown) => options.log(`workers gave up on ${id}: ${describeCause(error)}`);
    const task = tasks.get(id) ?? createTask({ run, refresh, onGivenUp });
    tasks.set(id, task);
    task.trigger();
  };
  const triggerLater = (ms: number, id: string) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      tasks.get(id)?.trigger();
    }, ms);
    timers.add(timer);
  };
  const verify = (delivery: KnownDelivery) => {
    for (const [index, dvn] of dvns.entries()) {
      trigger(`verify/${index + 1}/${delivery.key}`, delivery.name.dstEid, () => dvn.verify(delivery));
    }
  };
  const commit = (delivery: KnownDelivery) =>
    trigger(`commit/${delivery.key}`, delivery.name.dstEid, () => executor.commit(delivery));
  // One task a pathway: its packets wait for each other.
  const execute = ({ pathway, name }: KnownDelivery) => {
    const id = `execute/${pathway}`;
    trigger(id, name.dstEid, async () => {
      const waitMs = await executor.execute(book.onPathway(pathway).filter(isKnown));
      if (waitMs > 0) triggerLater(waitMs, id);
    });
  };
  return {
    advance(delivery, kind) {
      if (kind === "sent" || (kind === "delivered" && delivery.faults.isDuplicated)) verify(delivery);
      if (kind === "sent" || kind === "verified") commit(delivery);
      if (kind === "sent" || kind === "committed" || kind === "alert") execute(delivery);
    },
    isSettled: (delivery) =>
      isKnown(delivery) && dvns.every((dvn) => dvn.isDone(delivery)) && executor.isDone(delivery),
    stop() {
      for (const task of tasks.values()) task.stop();
      for (const timer of timers) clearTimeout(timer);
      tasks.clear();
      timers.clear();
    },
  };
}
