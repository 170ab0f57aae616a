/** A function that is waited for, but not without end. */

/** Calls `what` with what it is called with. What it gives too late is dropped. @throws Error after so many milliseconds. */
export function withDeadline(what: CallableFunction, milliseconds: number): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`it has not ended within ${milliseconds / 1000} s`)),
      milliseconds,
    );
    try {
      await Promise.race([what(...given), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
