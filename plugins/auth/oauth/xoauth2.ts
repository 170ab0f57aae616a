/** XOAUTH2: what OAUTHBEARER was before it was standardised; Gmail's and Outlook's clients speak it. */
import { readXOAuth2 } from "./client_message.ts";
import { oauthPlugin } from "./mechanism.ts";

export default oauthPlugin({
  name: "xoauth2",
  summary: "XOAUTH2: the older form of OAUTHBEARER that many clients speak",
  read: readXOAuth2,
});
