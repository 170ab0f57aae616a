/** Holding a conversation with a mechanism, without a driver: what it is given, what it says, how it ends. */
import type { AuthOutcome, Directory, ExchangeRequest } from "../../../core/contract/mod.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";

/** What a mechanism is given; a text as first response is its octets. */
export function request(
  directory: Directory,
  { firstResponse, ...rest }: Partial<Omit<ExchangeRequest, "firstResponse">> & {
    readonly firstResponse?: string | Uint8Array;
  } = {},
): ExchangeRequest {
  return {
    mechanism: "",
    plusOffered: false,
    firstResponse: typeof firstResponse === "string" ? encodeUtf8(firstResponse) : firstResponse,
    service: "imap",
    hostname: "mail.example.org",
    domain: "example.org",
    clientAddresses: [],
    checkPassword: (login, password) => directory.checkPassword(login, password),
    findAccount: (login) => directory.findAccount(login),
    secret: (login, scheme, realm) => directory.secret(login, scheme, realm),
    advanceOtp: async (from, to) => await directory.advanceOtp?.(from, to) ?? false,
    channelBinding: () => undefined,
    ...rest,
  };
}

/** A conversation that is over, or waits for more than it was given. */
export interface Held {
  /** What the mechanism said, as text. */
  readonly challenges: readonly string[];
  /** Undefined while it waits. */
  readonly outcome: AuthOutcome | undefined;
  /** Its final data as text. */
  readonly finalData: string | undefined;
}

/** Gives responses until the mechanism is done. A response may be made from the last challenge. */
export async function converse(
  generator: AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array>,
  ...responses: readonly (string | Uint8Array | ((challenge: string) => string | Uint8Array))[]
): Promise<Held> {
  const challenges: string[] = [];
  let result = await generator.next(new Uint8Array(0));
  for (const response of responses) {
    if (result.done) break;
    const challenge = new TextDecoder().decode(result.value);
    challenges.push(challenge);
    const given = typeof response === "function" ? response(challenge) : response;
    result = await generator.next(typeof given === "string" ? encodeUtf8(given) : given);
  }
  if (!result.done) {
    challenges.push(new TextDecoder().decode(result.value));
    await generator.return({ status: "failure", reason: "malformed" });
    return { challenges, outcome: undefined, finalData: undefined };
  }
  const { finalData } = result.value;
  return {
    challenges,
    outcome: result.value,
    finalData: finalData === undefined ? undefined : new TextDecoder().decode(finalData),
  };
}
