/** A mail transaction (RFC 5321 §3.3): the buffers that MAIL opens and RCPT fills. */
import type { AcceptedRecipient, AccountId, Envelope } from "../../../core/contract/mod.ts";

/** From MAIL to the end of the data, or to whatever aborts it. */
export class Transaction {
  /** The reverse-path; empty for the null path. */
  readonly sender: string;
  /** RFC 6152, RFC 3030. */
  readonly bodyType: Envelope["bodyType"];
  /** RFC 6531: UTF-8 may stand in addresses and header. */
  readonly smtpUtf8: boolean;
  readonly #recipients: AcceptedRecipient[] = [];
  #asked = 0;

  /** Opened by MAIL. */
  constructor({ sender, bodyType, smtpUtf8 }: Pick<Transaction, "sender" | "bodyType" | "smtpUtf8">) {
    this.sender = sender;
    this.bodyType = bodyType;
    this.smtpUtf8 = smtpUtf8;
  }

  /** Those who get the message. */
  get recipients(): readonly AcceptedRecipient[] {
    return this.#recipients;
  }

  /** Counts one more RCPT, whatever becomes of it; false when that is more than allowed. */
  mayAsk(most: number): boolean {
    return ++this.#asked <= most;
  }

  /** One more recipient. */
  add(recipient: AcceptedRecipient): void {
    this.#recipients.push(recipient);
  }

  /** For the delivery. */
  envelope(submittedBy: AccountId | undefined): Envelope {
    return {
      sender: this.sender,
      recipients: this.#recipients.map(({ address }) => address),
      ...(submittedBy !== undefined && { submittedBy }),
      bodyType: this.bodyType,
      smtpUtf8: this.smtpUtf8,
    };
  }
}
