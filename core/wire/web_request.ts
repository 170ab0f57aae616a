/** A browser at a port of ours, or somebody who makes one speak to us (cross-protocol attacks). */
import { latin1 } from "./ascii.ts";

/** Whether a line begins a request of HTTP: `GET / HTTP/1.1` (RFC 9112 §3), `PRI * HTTP/2.0` (RFC 9113 §3.4). */
export function isWebRequest(line: Uint8Array): boolean {
  return /^[A-Z]{3,10} \S+ HTTP\/\d/.test(latin1(line));
}
