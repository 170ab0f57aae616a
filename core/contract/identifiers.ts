/** Names of stored things: opaque, and never mistaken for one another. */

/** An account, for ever: it outlives a change of address and is never given to another. */
export type AccountId = string & { readonly brand: "AccountId" };

/** A mailbox, for ever: it outlives a change of name. */
export type MailboxId = number & { readonly brand: "MailboxId" };

/** The octets of a message; several messages, and entries of the queue, may share one. */
export type BodyId = string & { readonly brand: "BodyId" };

/** A message in the queue, for recipients of one domain. */
export type QueueId = string & { readonly brand: "QueueId" };
