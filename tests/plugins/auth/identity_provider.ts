/** An identity provider on this machine: introspection (RFC 7662) over real HTTP, and its keys (RFC 7517). */

/** What its tokens name as their issuer. */
export const issuer = "https://sso.example.com";

/** What it was asked. */
export interface Issued {
  /** The token. */
  readonly token: string;
  /** Name and secret of whoever asks. */
  readonly client: string;
}

/** One that runs. */
export interface IdentityProvider extends AsyncDisposable {
  /** The option of the plugins. */
  readonly introspection: { readonly url: string; readonly "client_id": string; readonly "client_secret": string };
  /** Where its keys are. */
  readonly jwks: string;
}

/** Starts one. @param answer What it says of a token; undefined: it fails. */
export function identityProvider(answer: (asked: Issued) => unknown, keys: readonly object[] = []): IdentityProvider {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (new URL(request.url).pathname === "/keys") return Response.json({ keys });
    const form = await request.formData();
    const [, basic = ""] = (request.headers.get("authorization") ?? "").split(" ");
    const client = decodeURIComponent(atob(basic));
    const said = answer({ token: String(form.get("token")), client });
    return said === undefined ? new Response("no", { status: 503 }) : Response.json(said);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    introspection: { url: `${url}/introspect`, "client_id": "mail server", "client_secret": "s3cret/+" },
    jwks: `${url}/keys`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
