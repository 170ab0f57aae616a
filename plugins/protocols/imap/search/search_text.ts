/** Text that is looked for: octets of a command, in its charset, as what message text is compared with (RFC 5255 §4.1). */
import { isPlatformCharset, loadCharsets } from "../../../../core/message/charset.ts";
import { unicodeCasemap } from "../../../../core/message/casemap.ts";
import { CommandRefused } from "../failures.ts";
import { utf8Text } from "../grammar/strings.ts";

/** Makes the key that a text is compared by. */
export type TextDecoding = (octets: Uint8Array) => string;

/**
 * How the text of a command is read. Without a charset it is ASCII or, from clients that do not say so, UTF-8.
 *
 * @throws CommandRefused, with BADCHARSET, for a charset that is not known (RFC 9051 §6.4.4).
 */
export async function textDecoding(charset: string | undefined): Promise<TextDecoding> {
  const name = charset?.toLowerCase() ?? "utf-8";
  if (name === "utf-8" || name === "us-ascii") return (octets) => unicodeCasemap(utf8Of(octets));
  if (!isPlatformCharset(name)) throw badCharset();
  const decode = await loadCharsets();
  return (octets) => unicodeCasemap(decode(octets, name));
}

function utf8Of(octets: Uint8Array): string {
  const text = utf8Text(octets);
  if (text === undefined) throw badCharset();
  return text;
}

function badCharset(): CommandRefused {
  return new CommandRefused("The text is in no charset that is known", "BADCHARSET (UTF-8 US-ASCII)");
}
