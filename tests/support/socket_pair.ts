/** Both ends of a connection over 127.0.0.1. */
import type { Accepted } from "../../core/server/listener.ts";

/** Its ends. Whoever takes one closes it. */
export interface SocketPair {
  /** As a listener accepts it. */
  readonly server: Deno.TcpConn;
  /** Whoever connected. */
  readonly client: Deno.TcpConn;
}

/** Connects. */
export async function socketPair(): Promise<SocketPair> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [server, client] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
  ]);
  return { server, client };
}

/** The same where the server's end is one of `Deno.listenTls`. */
export async function tlsSocketPair(
  certificate: NonNullable<Accepted["certificate"]>,
): Promise<{ readonly server: Accepted; readonly client: Deno.TcpConn }> {
  const { certificate: cert, key } = certificate;
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const [socket, client] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
  ]);
  return { server: { socket, certificate }, client };
}
