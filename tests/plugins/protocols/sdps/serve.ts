/** The sdps plugin as the server sets it up, over the mail of one host: vision25, below demon.example. */
import type { DeliveryEnvelope } from "../../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import plugin from "../../../../plugins/protocols/sdps/plugin.ts";
import { type GivenContext, type MailContext, mailContext, type Serve } from "../mail_context.ts";

/** A message of the host. */
export interface HostMail {
  /** Octets, one character each; default: a small message with the sender's Return-Path. */
  readonly text?: string;
  /** Absent: it did not come by SMTP. */
  readonly envelope?: DeliveryEnvelope;
}

/** A service, and the mail behind it. */
export interface Sdps extends MailContext {
  readonly serve: Serve;
  /** Another message arrives. */
  deliver(mail: HostMail): Promise<void>;
}

/** What a service may be given. */
export interface SdpsGiven extends Omit<GivenContext, "mail" | "second"> {
  /** Default: there is one. */
  readonly hasSecond?: boolean;
  readonly mail?: readonly HostMail[];
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A small message to a user of the host. */
export function to(user: string, sender = "bob@remote.example"): HostMail {
  return { envelope: { sender, recipient: `${user}@vision25.demon.example` } };
}

/** A service with these options. Its passwords are `dial-up` and, where there is a second, `pop3 word`. */
export async function sdps({ mail = [], options, hasSecond = true, ...given }: SdpsGiven = {}): Promise<Sdps> {
  const validated = plugin.options["~standard"].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const kept = await mailContext({
    ...{ address: "vision25@demon.example", password: "dial-up", ...hasSecond && { second: "pop3 word" } },
    ...{ hostname: "punt.demon.example", domains: ["demon.example"], ...given },
  });
  const deliver = async ({ envelope, text }: HostMail) => {
    const returnPath = envelope === undefined ? "" : `Return-Path: <${envelope.sender}>\r\n`;
    const body = await kept.storage.writeBody(latin1Bytes(text ?? `${returnPath}Subject: one\r\n\r\ntext\r\n`));
    const details = { receivedAt: kept.context.now(), flags: [], ...envelope && { envelope } };
    await kept.storage.apply([{ do: "deliver", account: kept.account, mailboxName: "INBOX", body, details }]);
  };
  for (const one of mail) await deliver(one);
  const { serve } = await plugin.setup(kept.context, validated.value);
  return { ...kept, serve, deliver };
}

/** What a client sends that logs in and gives these commands. */
export function login(commands: readonly string[], name = "vision25", password = "dial-up"): string {
  return [`USER ${name}`, `PASS ${password}`, ...commands].map((line) => `${line}\r\n`).join("");
}
