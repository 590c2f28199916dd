/*
 * Hex digits four at a time. The four characters are the bytes of one number, and what is done to it is done to each:
 * a digit is the low half of its character, and nine more for a letter. In lower case alone, as nodes write them.
 */

/** Four zeros. */
export const ZEROS = 0x3030_3030;

/** What the four characters in `text` stand for, a digit in each byte. Means something only where {@link isDigits}. */
export function digitsOf(text: number): number {
  return (text & 0x0f0f_0f0f) + ((text >>> 6) & 0x0101_0101) * 9;
}

/** Whether `digits` were made of four digits: they have to come to the same characters again, and each to one of 16. */
function isDigits(text: number, digits: number): boolean {
  const letters = ((digits + 0x0606_0606) >>> 4) & 0x0101_0101;
  return digits + ZEROS + letters * 0x27 === text && (digits & 0xf0f0_f0f0) === 0;
}

/** Four digits, a byte each, as one number of 16 bits. */
export function packDigits(digits: number): number {
  const pairs = (digits | (digits >>> 4)) & 0x00ff_00ff;
  return (pairs | (pairs >>> 8)) & 0xffff;
}

/** Whether `count` characters from `at` are digits. */
export function isHex(view: DataView, at: number, count: number): boolean {
  const end = at + count;
  let index = at;
  for (; index + 4 <= end; index += 4) {
    const text = view.getInt32(index);
    if (text !== ZEROS && !isDigits(text, digitsOf(text))) return false;
  }
  for (; index < end; index += 1) if (digitOf(view.getUint8(index)) < 0) return false;
  return true;
}

/** What one character stands for; negative when it is no digit. */
export function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x61 + 10 : -1;
}

/** A text, four characters a number. Its length is a multiple of four. */
export function textOf(text: string): Int32Array {
  const view = new DataView(Uint8Array.from(Buffer.from(text, "latin1")).buffer);
  return Int32Array.from({ length: text.length / 4 }, (_, index) => view.getInt32(4 * index));
}

/** Whether `text` stands at `at`. */
export function isText(view: DataView, at: number, text: Int32Array): boolean {
  for (let index = 0; index < text.length; index += 1) if (view.getInt32(at + 4 * index) !== text[index]) return false;
  return true;
}

/** Whether what stands at `at` is what stands at `before`, for `length` bytes. */
export function isRepeated(view: DataView, at: number, before: number, length: number): boolean {
  if (at + length > view.byteLength) return false;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (view.getInt32(at + index) !== view.getInt32(before + index)) return false;
  }
  for (; index < length; index += 1) if (view.getUint8(at + index) !== view.getUint8(before + index)) return false;
  return true;
}
