/** Does what a venue may refuse. @returns whether it was done; what is no refusal is thrown. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !/revert/i.test(error.message)) throw error;
    return false;
  }
}
