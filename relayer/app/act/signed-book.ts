import type { SignedAction } from "../../domain/action/action.ts";
import type { SignedDirective } from "../../domain/incident/directive.ts";
import type { World } from "../../domain/world/world.ts";

/** Keeps operators' signatures for as long as the world knows the action. Memory only: they can be made again. */
export interface SignedBook {
  keep(action: SignedAction): void;
  find(actionId: string): SignedDirective | null;
  /** Forgets what `world` has forgotten. */
  prune(world: World): void;
}

export function createSignedBook(): SignedBook {
  const directives = new Map<string, SignedDirective>();
  return {
    keep({ action, signed }) {
      directives.set(action.id, signed);
    },
    find: (id) => directives.get(id) ?? null,
    prune(world) {
      for (const id of directives.keys()) if (!world.actions.has(id)) directives.delete(id);
    },
  };
}
