import type { Word } from "./word.ts";

/** One market's word, as both paths carry it. */
export interface Entry {
  readonly market: number;
  readonly word: Word;
}
