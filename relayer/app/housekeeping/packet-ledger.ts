import { EMPTY_PACKET_BOOK, type PacketBook, type PacketObservation } from "../../domain/packet/packet-book.ts";
import { reducePackets } from "../../domain/packet/reduce-packets.ts";

/** Holds the book of packets. Everything that changes it passes through here. */
export interface PacketLedger {
  readonly book: PacketBook;
  record(observation: PacketObservation): void;
  /** `listener` is called after each change and must not throw. */
  onChange(listener: (change: { readonly before: PacketBook; readonly after: PacketBook }) => void): void;
}

export function createPacketLedger(): PacketLedger {
  const listeners: Parameters<PacketLedger["onChange"]>[0][] = [];
  let book = EMPTY_PACKET_BOOK;
  return {
    get book() {
      return book;
    },
    record(observation) {
      const before = book;
      book = reducePackets(before, observation);
      if (book !== before) for (const listener of listeners) listener({ before, after: book });
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}
