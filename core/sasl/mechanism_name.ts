/** Names of SASL mechanisms that no one here speaks, for the log: a client's mistake may put a password in their place. */

/** IANA's registry of SASL mechanisms, as far as mail clients use it, and what they use besides. */
const known: ReadonlySet<string> = new Set([
  ...["ANONYMOUS", "APOP", "CRAM-MD5", "DIGEST-MD5", "EXTERNAL", "LOGIN", "OTP", "PLAIN", "SECURID", "SKEY"],
  ...["GSSAPI", "GSS-SPNEGO", "GS2-KRB5", "GS2-KRB5-PLUS", "KERBEROS_V4", "KERBEROS_V5", "NTLM"],
  ...["OAUTH10A", "OAUTHBEARER", "XOAUTH", "XOAUTH2", "OPENID20", "SAML20"],
  ...["SCRAM-SHA-1", "SCRAM-SHA-224", "SCRAM-SHA-256", "SCRAM-SHA-384", "SCRAM-SHA-512", "SCRAM-SHA3-512"]
    .flatMap((name) => [name, `${name}-PLUS`]),
]);

/** The name in upper case (RFC 4422 §3.1) where it is one, and otherwise "unknown". */
export function tellableName(name: string): string {
  const upper = name.toUpperCase();
  return known.has(upper) ? upper : "unknown";
}
