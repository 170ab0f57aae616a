/** OAUTHBEARER (RFC 7628). */
import { readOAuthBearer } from "./client_message.ts";
import { oauthPlugin } from "./mechanism.ts";

export default oauthPlugin({
  name: "oauthbearer",
  summary:
    "OAUTHBEARER (RFC 7628): a token of your identity provider, checked there (RFC 7662) or by its keys (RFC 7519)",
  read: readOAuthBearer,
});
