/** Something about the study's input is wrong; the message says what. */
export class StudyError extends Error {
  override readonly name = "StudyError";
}
