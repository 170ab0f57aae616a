/** A client of DIGEST-MD5 (RFC 2831), written from the RFC and sharing nothing with the server. */
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";

/** What a client answers with. */
export interface ClientResponse {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly nonce: string;
  readonly cnonce: string;
  readonly nc: string;
  readonly uri: string;
  readonly qop?: string;
  readonly cipher?: string;
  readonly maxbuf?: string;
  readonly authzid?: string;
  readonly charset?: "utf-8";
}

/** RFC 2831 §2.1.2, as octets. */
export function clientResponse(given: ClientResponse): Uint8Array {
  const { username, realm, nonce, cnonce, nc, uri, qop, cipher, maxbuf, authzid, charset } = given;
  const text = [
    ...(charset === undefined ? [] : ["charset=utf-8"]),
    `username="${escape(username)}"`,
    `realm="${escape(realm)}"`,
    `nonce="${nonce}"`,
    `cnonce="${cnonce}"`,
    `nc=${nc}`,
    `digest-uri="${uri}"`,
    `response=${md5(`${sessionKey(given).toString("hex")}:${nonce}:${nc}:${cnonce}:${qop ?? "auth"}:${a2(given)}`)}`,
    ...(qop === undefined ? [] : [`qop=${qop}`]),
    ...(cipher === undefined ? [] : [`cipher=${cipher}`]),
    ...(maxbuf === undefined ? [] : [`maxbuf=${maxbuf}`]),
    ...(authzid === undefined ? [] : [`authzid="${authzid}"`]),
  ].join(",");
  return new Uint8Array(Buffer.from(text, charset === undefined ? "latin1" : "utf8"));
}

/** H(A1). */
export function sessionKey({ username, realm, password, nonce, cnonce, authzid }: ClientResponse): Buffer {
  const secret = createHash("md5").update(`${username}:${realm}:${password}`, "latin1").digest();
  const rest = `:${nonce}:${cnonce}${authzid === undefined ? "" : `:${authzid}`}`;
  return createHash("md5").update(Buffer.concat([secret, Buffer.from(rest)])).digest();
}

function a2({ uri, qop = "auth" }: ClientResponse): string {
  return md5(`AUTHENTICATE:${uri}${qop === "auth" ? "" : `:${"0".repeat(32)}`}`);
}

/** One direction of integrity protection (RFC 2831 §2.3): packets of text, MAC, type and number. */
export function sign(
  session: Uint8Array,
  direction: "client" | "server",
  sequence: number,
  text: string | Uint8Array,
): Buffer {
  const peer = direction === "client" ? "server" : "client";
  const magic = `Digest session key to ${direction}-to-${peer} signing key magic constant`;
  const key = createHash("md5").update(Buffer.concat([session, Buffer.from(magic)])).digest();
  const number = Buffer.alloc(4);
  number.writeUInt32BE(sequence);
  return createHmac("md5", key).update(Buffer.concat([number, typeof text === "string" ? Buffer.from(text) : text]))
    .digest().subarray(0, 10);
}

/** What follows a packet in clear. */
export function trailer(sequence: number): Buffer {
  const octets = Buffer.from([0, 1, 0, 0, 0, 0]);
  octets.writeUInt32BE(sequence, 2);
  return octets;
}

/** Kcc or Kcs (RFC 2831 §2.4). */
export function sealingKey(session: Uint8Array, direction: "client" | "server", octets: number): Buffer {
  const peer = direction === "client" ? "server" : "client";
  const magic = `Digest H(A1) to ${direction}-to-${peer} sealing key magic constant`;
  return createHash("md5").update(Buffer.concat([session.subarray(0, octets), Buffer.from(magic)])).digest();
}

function escape(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

function md5(text: string): string {
  return createHash("md5").update(text, "latin1").digest("hex");
}
