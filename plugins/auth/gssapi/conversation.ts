/**
 * GSSAPI (RFC 4752): the client proves by a Kerberos ticket who it is, the server proves that it has the service's key, and
 * both may seal what they say afterwards. The context is freed at the end, or by the layer that needs it.
 */
import type { AuthOutcome, ExchangeRequest, Logger } from "../../../core/contract/mod.ts";
import { loginOf, type PrincipalMapping } from "../../../core/kerberos/mapping.ts";
import { printPrincipal } from "../../../core/kerberos/principal.ts";
import type { ContextAcceptor, ContextStep, SecurityContext } from "../../../core/kerberos/security_context.ts";
import { type Choice, type LayerName, layerOf, parseChoice, printOffer } from "./layers.ts";

/** What a conversation is held with. */
export interface GssapiParts {
  /** Accepts contexts. */
  readonly acceptor: Pick<ContextAcceptor, "begin">;
  /** Whose account a principal may open. */
  readonly mapping: PrincipalMapping;
  /** What may be offered, at least one. */
  readonly layers: readonly LayerName[];
  /** Where an operator is told why somebody was not let in. */
  readonly log: Logger;
}

type Talk<Result> = AsyncGenerator<Uint8Array, Result, Uint8Array>;
type Established = Extract<ContextStep, { readonly state: "established" }>;
type Failure = Extract<AuthOutcome, { readonly status: "failure" }>;

const malformed: Failure = { status: "failure", reason: "malformed" };

/** Tokens of a context, at most: Kerberos needs one, or two. */
const MOST_TOKENS = 4;

/** The conversation. */
export async function* gssapi(request: ExchangeRequest, parts: GssapiParts): Talk<AuthOutcome> {
  using held = new DisposableStack();
  const context = held.use(parts.acceptor.begin(request.service));
  const established = yield* establish(context, request.firstResponse, parts.log);
  if ("status" in established) return established;

  const offered = layersOf(established, parts.layers);
  const { client } = established;
  if (offered.length === 0) {
    parts.log.warn("gssapi: the client's ticket is good, but it asked for none of the layers", {
      client: printPrincipal(client),
    });
    return { status: "failure", reason: "credentials" };
  }
  const choice = open(context, yield context.wrap(printOffer(offered), false), offered);
  if (choice === undefined) return malformed;
  const layer = choice.layer === "none" ? "none" : layerOf(context, choice);
  if (layer === undefined) return malformed;

  const login = loginOf(client, parts.mapping);
  const account = login === undefined ? undefined : await request.findAccount(login);
  if (account === undefined) {
    parts.log.warn("gssapi: the client's ticket is good, but it has no account here", {
      client: printPrincipal(client),
    });
    return { status: "failure", reason: "credentials" };
  }
  const { authorizeAs } = choice;
  if (layer === "none") return { status: "success", account, authorizeAs };
  // The layer frees it.
  held.move();
  return { status: "success", account, authorizeAs, securityLayer: layer };
}

/** RFC 4752 §3.2: tokens, until both sides know each other. */
async function* establish(
  context: SecurityContext,
  first: Uint8Array | undefined,
  log: Logger,
): Talk<Established | Failure> {
  let token = first ?? new Uint8Array(0);
  for (let count = 0; count < MOST_TOKENS; count++) {
    const step = await context.accept(token);
    if (step.state === "refused") {
      log.warn("gssapi: the ticket was refused", { why: step.why });
      return { status: "failure", reason: step.isExpired ? "expired" : "credentials" };
    }
    if (step.state === "established") {
      // RFC 4752 §3.2: where there is a token for the client, its reply has no data.
      if (step.token.length > 0 && (yield step.token).length > 0) return malformed;
      return step;
    }
    token = yield step.token;
  }
  return malformed;
}

/** RFC 4752 §3.2: what the context cannot do is not offered. */
function layersOf({ hasIntegrity, hasConfidentiality }: Established, layers: readonly LayerName[]): LayerName[] {
  const can: Readonly<Record<LayerName, boolean>> = {
    none: true,
    integrity: hasIntegrity,
    confidentiality: hasConfidentiality,
  };
  return layers.filter((layer) => can[layer]);
}

/** The choice; undefined when it is not whole, or none. */
function open(context: SecurityContext, sealed: Uint8Array, offered: readonly LayerName[]): Choice | undefined {
  try {
    return parseChoice(context.unwrap(sealed).plain, offered);
  } catch {
    return undefined;
  }
}
