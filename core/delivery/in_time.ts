/** Waits for what a plugin promised, but not for ever. */

/**
 * The answer, unless it comes too late. An answer after that, or a failure, is nobody's concern any more.
 *
 * @param who Says in the error who was waited for.
 */
export async function inTime<Answer>(
  answer: Promise<Answer> | Answer,
  milliseconds: number,
  who: string,
): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${who} has not answered within ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
