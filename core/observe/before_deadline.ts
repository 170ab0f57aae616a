/** Waits with an end. */

/** Resolves when the work has, or when the signal aborts. @throws what the work throws before. */
export async function beforeDeadline(work: Promise<unknown> | undefined, deadline: AbortSignal): Promise<void> {
  const { promise: isLate, resolve } = Promise.withResolvers<void>();
  const late = () => resolve();
  if (deadline.aborted) late();
  deadline.addEventListener("abort", late, { once: true });
  try {
    await Promise.race([isLate, work]);
  } finally {
    deadline.removeEventListener("abort", late);
  }
}
