/**
 * OTP (RFC 2444): the client gives the one-time password that comes before the last one, whose hash the last one is.
 *
 * - A one-time password that was right is spent, durably, before anybody is told so: of two logins with the same, one wins.
 * - One login of an account is under way at a time (RFC 2289 §9).
 * - Whoever is not there, or has no one-time passwords, gets a challenge like everybody: always the same for the same name,
 *   made with a key that nobody knows.
 */
import { createHmac } from "node:crypto";
import {
  type AuthOutcome,
  type Common,
  type ExchangeRequest,
  type Logger,
  type OtpSecret,
  type OtpSequence,
  Refusal,
} from "../../../core/contract/mod.ts";
import { equalInConstantTime } from "../../../core/sasl/constant_time.ts";
import { otpBefore, otpLength, otpSeed } from "../../../core/sasl/otp.ts";
import { prepareQuery } from "../../../core/sasl/saslprep.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { type OtpResponse, parseLogin, parseResponse } from "./messages.ts";

/** What a conversation is held with. */
export interface OtpParts {
  /** Who logs in now. */
  readonly common: Pick<Common, "hold">;
  /** Makes the challenges of users that are not there. */
  readonly seedSecret: Uint8Array;
  /** For the operator. */
  readonly log: Logger;
}

/**
 * RFC 2289 §9: who has listened to most of a one-time password as it was typed must not guess the rest in parallel, and be
 * quicker than its owner; and whoever begins and never answers must not keep others out. Milliseconds: so long it takes a
 * person to find six words and type them.
 */
const leaseTime = 120_000;
/** RFC 2243 §4.3: so few are left that somebody should be warned. */
const few = 10;
/** RFC 2444's own sequences begin here. */
const usualLength = 499;

/** The conversation. */
export async function* otp(
  request: ExchangeRequest,
  { common, seedSecret, log }: OtpParts,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const first = parseLogin(request.firstResponse ?? new Uint8Array(0));
  const login = first && prepareQuery(first.login);
  if (first === undefined || !login) return malformed;

  const kept = await request.secret(login, "otp");
  // RFC 2243 §4.3: no challenge is for less than one.
  const known = kept !== undefined && kept.sequence > 1 ? kept : undefined;
  const name = nameOf(login, request.domain);
  await using lease = await common.hold(`otp ${kept?.account ?? name}`, leaseTime);
  if (lease === undefined) throw new Refusal("conflict", "another login by a one-time password is under way");
  const sequence = known ?? strangersSequence(name, seedSecret);
  const { algorithm, seed } = sequence;

  // RFC 2444 §5: the challenge as it stands in the examples, without anything after it.
  const answer = yield encodeUtf8(`otp-${algorithm} ${sequence.sequence - 1} ${seed} ext`);
  if (!await lease.isHeld()) return { status: "failure", reason: "expired" };
  const response = parseResponse(answer, algorithm);
  if (response === undefined) return malformed;
  const isRight = equalInConstantTime(otpBefore(algorithm, response.current), sequence.last);
  if (known === undefined || !isRight) return wrong;

  const next = nextOf(known, response);
  // RFC 2243 §4.3: also where the new sequence cannot be, the one-time password is spent: others may have read it.
  if (!await request.advanceOtp(known, next ?? spent(known, response))) return wrong;
  if (next === undefined) return malformed;
  const { account } = known, left = next.sequence - 1;
  if (left < few) log.warn("few one-time passwords are left: a new sequence is needed", { account, left });
  const { authorizeAs } = first;
  return { status: "success", account, ...authorizeAs !== "" && { authorizeAs } };
}

const malformed: AuthOutcome = { status: "failure", reason: "malformed" };
const wrong: AuthOutcome = { status: "failure", reason: "credentials" };

/** What is kept from now on; undefined where the client wishes what cannot be. */
function nextOf(known: OtpSecret, response: OtpResponse): OtpSequence | undefined {
  const { next } = response;
  if (next === undefined) return spent(known, response);
  // RFC 2289 §8: the seed or the pass phrase must be another, and of the two only the seed can be seen.
  if (next === "unreadable" || next.sequence <= 1 || next.seed === known.seed) return undefined;
  return next;
}

/** RFC 2289 §7: the one-time password is kept in place of the one before. */
function spent({ algorithm, seed, sequence }: OtpSecret, { current }: OtpResponse): OtpSequence {
  return { algorithm, seed, sequence: sequence - 1, last: current };
}

/** `login` and `login@domain` are one user. */
function nameOf(login: string, domain: string): string {
  return (login.includes("@") ? login : `${login}@${domain}`).toLowerCase();
}

/** Like a user's, but nobody can continue it. */
function strangersSequence(name: string, seedSecret: Uint8Array): OtpSequence {
  const made = createHmac("sha256", seedSecret).update(name).digest();
  return {
    algorithm: "md5",
    sequence: 2 + made.readUInt16BE(0) % (usualLength - 1),
    seed: otpSeed(made.subarray(2)),
    last: made.subarray(8, 8 + otpLength),
  };
}
