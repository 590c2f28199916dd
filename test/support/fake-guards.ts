import { RelayerError } from "../../relayer/errors.ts";
import type { Guard, GuardStore } from "../../relayer/ports/guards.ts";

/** Guards in memory, that can refuse to be read or written. What they hold is what would be on disk. */
export class FakeGuards implements GuardStore {
  readonly guards = new Map<string, Guard>();
  readonly acknowledged: { readonly name: string; readonly reason: string }[] = [];
  isUnreadable = false;
  isFull = false;
  readonly #unwritten = new Map<string, Guard>();

  raise(guard: Guard): Promise<void> {
    if (this.isFull) {
      this.#unwritten.set(guard.name, guard);
      return Promise.reject(new RelayerError("GUARDS_UNWRITABLE", "the fake store is full"));
    }
    if (!this.guards.has(guard.name)) this.guards.set(guard.name, structuredClone(guard));
    return Promise.resolve();
  }

  list(): Promise<readonly Guard[]> {
    if (this.isUnreadable) return Promise.reject(new RelayerError("GUARDS_UNREADABLE", "the fake store is garbled"));
    const unwritten = [...this.#unwritten.values()].filter(({ name }) => !this.guards.has(name));
    return Promise.resolve([...this.guards.values(), ...unwritten]);
  }

  acknowledge(name: string, reason: string): Promise<boolean> {
    const isThere = this.guards.delete(name) || this.#unwritten.delete(name);
    if (isThere) this.acknowledged.push({ name, reason });
    return Promise.resolve(isThere);
  }
}
