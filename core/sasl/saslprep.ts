/** SASLprep (RFC 4013): user names and passwords that look the same become the same. */
import { saslprep } from "@mongodb-js/saslprep";

/** What a directory keeps (RFC 3454 §7, a stored string); undefined where it cannot be prepared. */
export function prepareStored(text: string): string | undefined {
  return prepare(text, false);
}

/** What a client gave (RFC 3454 §7, a query: code points unassigned in Unicode 3.2 pass); undefined as above. */
export function prepareQuery(text: string): string | undefined {
  return prepare(text, true);
}

function prepare(text: string, allowUnassigned: boolean): string | undefined {
  // RFC 4013 §2: printable ASCII is mapped to itself, and all of it allowed. Most names are no more than that, and how long
  // one is does not show in the time then.
  if (/^[ -~]*$/.test(text)) return text;
  try {
    return saslprep(text, { allowUnassigned });
  } catch {
    // RFC 4013 §2.3 to §2.5: prohibited, bidirectional in a way that misleads, or unassigned.
    return undefined;
  }
}
