/**
 * The plugins that are part of the program. Literal specifiers are embedded by `deno compile` and still lazy: what no
 * configuration names costs nothing at run time. The only file outside the tests that names a plugin.
 */
import type { PluginKind } from "../contract/plugin.ts";

/** Imports a plugin's module. */
export type PluginImport = () => Promise<unknown>;

/** By kind and by the name that `mail.yaml` uses. */
export type PluginTable = Readonly<Record<PluginKind, Readonly<Record<string, PluginImport>>>>;

/** All of them. */
export const builtInPlugins: PluginTable = {
  storage: {
    memory: () => import("../../storage/memory/plugin.ts"),
    sqlite: () => import("../../storage/sqlite/plugin.ts"),
  },
  directory: {
    local: () => import("../../plugins/directories/local/plugin.ts"),
  },
  auth: {
    plain: () => import("../../plugins/auth/plain.ts"),
    login: () => import("../../plugins/auth/login.ts"),
    "cram-md5": () => import("../../plugins/auth/cram_md5.ts"),
    "digest-md5": () => import("../../plugins/auth/digest_md5/plugin.ts"),
    "scram-sha-1": () => import("../../plugins/auth/scram/sha_1.ts"),
    "scram-sha-256": () => import("../../plugins/auth/scram/sha_256.ts"),
    "scram-sha-512": () => import("../../plugins/auth/scram/sha_512.ts"),
    oauthbearer: () => import("../../plugins/auth/oauth/oauthbearer.ts"),
    xoauth2: () => import("../../plugins/auth/oauth/xoauth2.ts"),
    gssapi: () => import("../../plugins/auth/gssapi/plugin.ts"),
    otp: () => import("../../plugins/auth/otp/plugin.ts"),
    external: () => import("../../plugins/auth/external.ts"),
    anonymous: () => import("../../plugins/auth/anonymous.ts"),
    apop: () => import("../../plugins/auth/apop.ts"),
  },
  filter: {},
  extension: {},
  transport: {},
  protocol: {
    smtp: () => import("../../plugins/protocols/smtp/plugin.ts"),
    pop3: () => import("../../plugins/protocols/pop3/plugin.ts"),
    imap: () => import("../../plugins/protocols/imap/plugin.ts"),
    pop1: () => import("../../plugins/protocols/pop1/plugin.ts"),
    pop2: () => import("../../plugins/protocols/pop2/plugin.ts"),
    poppassd: () => import("../../plugins/protocols/poppassd/plugin.ts"),
    ph: () => import("../../plugins/protocols/ph/plugin.ts"),
    kpop: () => import("../../plugins/protocols/kpop/plugin.ts"),
    acap: () => import("../../plugins/protocols/acap/plugin.ts"),
    ldap: () => import("../../plugins/protocols/ldap/plugin.ts"),
    sdps: () => import("../../plugins/protocols/sdps/plugin.ts"),
    pop4: () => import("../../plugins/protocols/pop4/plugin.ts"),
  },
  http: {},
};
