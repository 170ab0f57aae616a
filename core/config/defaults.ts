/** What a configuration that says nothing uses: the plugins' names, as design section 4 gives them. */

/** Where messages are kept. */
export const defaultStorage = "sqlite";

/** Who has an account. */
export const defaultDirectory = "local";

/** Mechanisms offered. What is really offered to a client is computed from TLS and from what the directory keeps. */
export const defaultAuth: readonly string[] = ["plain", "login", "cram-md5", "digest-md5", "apop", "scram-sha-256"];
