/** Schemas of what guests answer, where several kinds answer the same. */
import * as v from "valibot";
import type { SmtpReply } from "../../contract/delivery.ts";
import type { AccountId } from "../../contract/identifiers.ts";

/** An SMTP reply; whether its class fits is for the core to say. */
export const smtpReply = v.object({
  code: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  enhanced: v.custom<SmtpReply["enhanced"]>((given) =>
    typeof given === "string" && /^[245]\.\d{1,3}\.\d{1,3}$/.test(given)
  ),
  // RFC 5321 §4.5.3.1.5: a line of a reply has 512 octets.
  text: v.pipe(v.string(), v.maxLength(400), v.transform((text) => text.replace(/\p{Cc}+/gu, " "))),
});

/** An account's id: opaque, so that only its form can be looked at. */
export const accountId = v.custom<AccountId>((given) =>
  typeof given === "string" && given.length > 0 && given.length <= 200
);

/** Octets. */
export const octets = v.custom<Uint8Array<ArrayBuffer>>((given) => given instanceof Uint8Array);
