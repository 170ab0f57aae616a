/** Ports for programs that are told which to listen on, and do without one that they do not get. */

/** The system gives these to nobody who does not ask for them (`net.ipv4.ip_local_port_range`). */
const FIRST = 10_000, LAST = 31_999;

/** Ports of 127.0.0.1 that nobody listens on now. */
export function freePorts(count: number): number[] {
  const found = new Set<number>();
  while (found.size < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (isFree(port)) found.add(port);
  }
  return [...found];
}

/** Whether nobody listens on a port of 127.0.0.1 now. */
export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
