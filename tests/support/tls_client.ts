/** A client that says what a test tells it to under TLS, of a version, with a name and a certificate of its choice. */
import { connect, type TLSSocket } from "node:tls";
import { duplexOver, streamOver, Valve } from "../../core/server/tls/duplex_stream.ts";
import { socketStream } from "../../core/server/socket_stream.ts";
import type { Issued } from "./authority.ts";
import { type Dialogue, dialogueOver, type Octets } from "./plain_client.ts";

/** How TLS is begun: from the first octet, or by a command of SMTP or POP3. */
export type Beginning = "tls" | "smtp" | "pop3";

/** What the client wants. */
export interface TlsSettings {
  /** PEM of those who are believed. */
  readonly ca: string;
  /** Default: the best there is. */
  readonly version?: "TLSv1.2" | "TLSv1.3";
  /** The name that is asked for; default: localhost. */
  readonly serverName?: string;
  /** The client's own certificate. */
  readonly own?: Issued;
}

/** A dialogue under TLS. */
export interface TlsDialogue extends Dialogue {
  /** What was negotiated. */
  readonly version: string;
  /** The server's certificate, DER. */
  readonly certificate: Uint8Array;
  /** Says that nothing more will be said. */
  end(): Promise<void>;
}

/** Connects; under implicit TLS the greeting is the first line, otherwise it has gone by. */
export async function tlsDialogue(port: number, beginning: Beginning, settings: TlsSettings): Promise<TlsDialogue> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await begin(socket, beginning);
    return await shakeHands(socket, settings);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Has the server begin TLS; `injected` is sent along with the command. */
export async function begin(socket: Octets, beginning: Beginning, injected = ""): Promise<void> {
  if (beginning === "tls") return;
  const spoken = dialogueOver(socket);
  await spoken.line();
  if (beginning === "smtp") await spoken.ask("EHLO client.example");
  await spoken.say(`${beginning === "smtp" ? "STARTTLS" : "STLS"}\r\n${injected}`);
  const reply = await spoken.line();
  if (!/^(?:220 |\+OK)/.test(reply)) throw new Error(reply);
}

/** Shakes hands over a connection on which nothing is under way; it belongs to the dialogue then. */
export async function shakeHands(connection: Deno.Conn, settings: TlsSettings): Promise<TlsDialogue> {
  const { ca, version, serverName = "localhost", own } = settings;
  const valve = new Valve();
  const socket = connect({
    socket: duplexOver(socketStream(connection), valve),
    ca,
    servername: serverName,
    checkServerIdentity: () => undefined,
    ...version && { minVersion: version, maxVersion: version },
    ...own && { cert: own.certificate, key: own.key },
  });
  await secured(socket);
  const { read, write, end, close } = streamOver(socket, valve);
  return {
    ...dialogueOver({ read, write, close }),
    version: socket.getProtocol() ?? "",
    certificate: new Uint8Array(socket.getPeerCertificate().raw),
    end,
  };
}

/** The greeting, if it has not gone by, and for SMTP the reply to EHLO. */
export async function greet(spoken: Dialogue, beginning: Beginning, protocol: "smtp" | "pop3"): Promise<string> {
  const greeting = beginning === "tls" ? await spoken.line() : "";
  return protocol === "smtp" ? await spoken.ask("EHLO client.example") : greeting;
}

function secured(socket: TLSSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("secureConnect", () => resolve());
  socket.on("error", reject);
  socket.once("close", () => reject(new Error("closed during the handshake")));
  return promise;
}
