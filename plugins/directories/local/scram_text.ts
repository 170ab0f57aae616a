/** SCRAM keys as text: RFC 5803 §2, `SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY`. Pure. */
import { Buffer } from "node:buffer";
import type { ScramSecret } from "../../../core/contract/authentication.ts";

/** What is kept, of whosever account. */
export type KeptScram = Omit<ScramSecret, "account">;

/** Prints keys; `mechanism` is "SCRAM-SHA-256" and the like. */
export function printScram(mechanism: string, { iterations, salt, storedKey, serverKey }: KeptScram): string {
  return `${mechanism}$${iterations}:${toBase64(salt)}$${toBase64(storedKey)}:${toBase64(serverKey)}`;
}

/** Reads what `printScram` prints. @throws where it is something else. */
export function parseScram(text: string): KeptScram {
  const base64 = String.raw`([\w+/]+={0,2})`;
  const form = new RegExp(String.raw`^SCRAM-SHA-\d+\$([1-9]\d{3,8}):${base64}\$${base64}:${base64}$`);
  const [, iterations, salt, storedKey, serverKey] = form.exec(text) ?? [];
  if (iterations === undefined || salt === undefined || storedKey === undefined || serverKey === undefined) {
    throw new Error("kept SCRAM keys cannot be read: expected the form of RFC 5803; set the password anew");
  }
  return {
    iterations: Number(iterations),
    salt: fromBase64(salt),
    storedKey: fromBase64(storedKey),
    serverKey: fromBase64(serverKey),
  };
}

function toBase64(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64");
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
