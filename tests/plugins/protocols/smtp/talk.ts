/** A whole SMTP session over a connection without a network: what the client sends goes in, what it is told comes out. */
import type { Authentication } from "../../../../core/contract/mod.ts";
import { type SmtpOptions, smtpOptions } from "../../../../plugins/protocols/smtp/options.ts";
import { Session } from "../../../../plugins/protocols/smtp/session.ts";
import { servePieces } from "../../../support/fake_connection.ts";
import { fakeContext, FakeDelivery, FakeLog } from "./fake_context.ts";

/** What a session may be given. */
export interface Given {
  readonly options?: Record<string, unknown>;
  readonly delivery?: FakeDelivery;
  readonly authentication?: Authentication;
  /** Octets of the largest message. */
  readonly largest?: number;
  readonly canStartTls?: boolean;
  /** Whether TLS is on from the start. */
  readonly tls?: boolean;
  readonly stop?: AbortSignal;
}

/** What came of it. */
export interface Talked {
  /** All that the client was sent, one character an octet. */
  readonly output: string;
  /** How often something was sent. */
  readonly writes: number;
  readonly delivery: FakeDelivery;
  readonly log: readonly string[];
}

/** Serves one client that sends these pieces, one octet a character, each when the server waits for it, and then leaves. */
export async function talk(input: string | readonly string[], given: Given = {}): Promise<Talked> {
  const delivery = given.delivery ?? new FakeDelivery();
  const log = new FakeLog();
  const context = fakeContext(delivery, { ...given, log }), options = validOptions(given.options);
  const client = await servePieces((connection, stop) => new Session(context, options, connection).serve(stop), input, {
    log,
    peer: "192.0.2.7",
    startTls: given.canStartTls ?? false,
    tls: given.tls === true && { cipher: "TLS_AES_256_GCM_SHA384" },
    ...given.stop && { stop: given.stop },
  });
  return { output: client.received, writes: client.writes, delivery, log: log.lines };
}

/** Options with their defaults, as the configuration gives them. */
export function validOptions(given: Record<string, unknown> | undefined): SmtpOptions {
  const validated = smtpOptions["~standard"].validate(given);
  if (validated.issues) throw new Error(JSON.stringify(validated.issues));
  return validated.value;
}

/** The code of each reply. */
export function codesOf(output: string): number[] {
  return [...output.matchAll(/^(\d{3}) /gm)].map(([, code]) => Number(code));
}
