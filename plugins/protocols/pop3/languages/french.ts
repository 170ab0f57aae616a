/** French. */
import type { Language } from "./texts.ts";

const messages = (count: number) => count < 2 ? `${count} message` : `${count} messages`;
const octets = (count: number) => count < 2 ? `${count} octet` : `${count} octets`;

/** French. */
export const french: Language = {
  tag: "fr",
  name: "Français",
  texts: {
    ready: "serveur POP3 prêt",
    signingOff: (hostname) => `le serveur POP3 ${hostname} vous dit au revoir`,
    signingOffLeft: (hostname, left) =>
      `le serveur POP3 ${hostname} vous dit au revoir (${
        left === 0 ? "la boîte est vide" : `il reste ${messages(left)}`
      })`,
    maildropHas: (count, size) => `la boîte contient ${messages(count)} (${octets(size)})`,
    listed: (count, size) => `${messages(count)} (${octets(size)})`,
    octets,
    deleted: (message) => `message ${message} supprimé`,
    alreadyDeleted: (message) => `le message ${message} est déjà supprimé`,
    noSuchMessage: (count) => `ce message n'existe pas, la boîte ne contient que ${messages(count)}`,
    gone: (message) => `le message ${message} a été retiré par une autre session`,
    needsUtf8: (message) => `le message ${message} ne peut être envoyé qu'après la commande UTF8`,
    notRemoved: "certains messages supprimés n'ont pas été retirés",
    sendPassword: "envoyez PASS",
    userFirst: "envoyez d'abord USER",
    wrongCredentials: "identifiant ou mot de passe incorrect",
    wrongAuthorization: "cet identifiant ne peut pas agir pour l'autre",
    expiredCredentials: "les identifiants ont expiré",
    loginUnavailable: "les identifiants ne peuvent pas être vérifiés, réessayez plus tard",
    malformedResponse: "la réponse est mal formée",
    cancelled: "authentification annulée",
    unknownMechanism: "mécanisme d'authentification inconnu",
    noInitialResponse: "ce mécanisme n'accepte pas de réponse initiale",
    needsTls: "pas sans TLS : envoyez d'abord STLS ou utilisez le port TLS",
    noTimestamp: "APOP n'est pas disponible : l'accueil ne contenait pas d'horodatage",
    timestampUsed: "l'horodatage a déjà servi, reconnectez-vous",
    inUse: "la boîte est verrouillée par une autre session",
    loginDelay: (seconds) => `deux connexions doivent être séparées de ${seconds} secondes`,
    cannotOpen: "impossible d'ouvrir la boîte",
    capabilities: "voici la liste des capacités",
    mechanisms: "voici la liste des mécanismes",
    beginTls: "commencez la négociation TLS",
    tlsActive: "commande interdite lorsque TLS est actif",
    tlsNotOffered: "TLS n'est pas proposé ici",
    notAfterUtf8: "commande interdite après UTF8",
    utf8Enabled: "mode UTF-8 activé",
    languages: "voici la liste des langues :",
    languageChanged: "langue changée",
    unknownLanguage: (range) => `la langue ${range} est inconnue`,
    sendMessage: "envoyez le message",
    messageTaken: "message accepté",
    noRecipients: "le message n'a pas de destinataire",
    unknownCommand: "commande inconnue",
    loginFirst: "identifiez-vous d'abord",
    loggedIn: "vous êtes déjà identifié",
    expected: (usage) => `syntaxe attendue : ${usage}`,
    lineTooLong: "la ligne est trop longue",
    notText: "la ligne n'est pas en UTF-8 ou contient des caractères de contrôle",
    localError: "erreur interne, réessayez plus tard",
    stopping: "le serveur s'arrête, réessayez plus tard",
    endless: "ce qui est envoyé n'a pas de fin, au revoir",
    tooManyErrors: "trop d'erreurs, au revoir",
  },
};
