/** Syntaxes of values (RFC 4517 §3.3) that there are here. Data. */

/** Their numbers. */
export const syntaxes = {
  attributeType: "1.3.6.1.4.1.1466.115.121.1.3",
  boolean: "1.3.6.1.4.1.1466.115.121.1.7",
  country: "1.3.6.1.4.1.1466.115.121.1.11",
  dn: "1.3.6.1.4.1.1466.115.121.1.12",
  directoryString: "1.3.6.1.4.1.1466.115.121.1.15",
  generalizedTime: "1.3.6.1.4.1.1466.115.121.1.24",
  ia5String: "1.3.6.1.4.1.1466.115.121.1.26",
  integer: "1.3.6.1.4.1.1466.115.121.1.27",
  matchingRule: "1.3.6.1.4.1.1466.115.121.1.30",
  objectClass: "1.3.6.1.4.1.1466.115.121.1.37",
  oid: "1.3.6.1.4.1.1466.115.121.1.38",
  ldapSyntax: "1.3.6.1.4.1.1466.115.121.1.54",
  substringAssertion: "1.3.6.1.4.1.1466.115.121.1.58",
} as const;

/** What RFC 4517 calls them. */
export const syntaxNames: Readonly<Record<keyof typeof syntaxes, string>> = {
  attributeType: "Attribute Type Description",
  boolean: "Boolean",
  country: "Country String",
  dn: "DN",
  directoryString: "Directory String",
  generalizedTime: "Generalized Time",
  ia5String: "IA5 String",
  integer: "INTEGER",
  matchingRule: "Matching Rule Description",
  objectClass: "Object Class Description",
  oid: "OID",
  ldapSyntax: "LDAP Syntax Description",
  substringAssertion: "Substring Assertion",
};
