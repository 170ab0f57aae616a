/** Perl's Authen::SASL: DIGEST-MD5 with each of its ciphers. Its block ciphers are here because Cyrus's fail. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, mailServer } from "./server.ts";

const perl = { name: "perl", packageName: "perl" };
const programs = [
  perl,
  { name: "/usr/share/perl5/Authen/SASL/Perl/DIGEST_MD5.pm", packageName: "libauthen-sasl-perl" },
  { name: "/usr/share/perl5/Crypt/DES_EDE3.pm", packageName: "libcrypt-des-ede3-perl" },
  { name: "/usr/share/perl5/Crypt/RC4.pm", packageName: "libcrypt-rc4-perl" },
];

const session = `
use strict;
use warnings;
use Authen::SASL "Perl";
use Crypt::DES_EDE3;
use IO::Socket::INET;
use MIME::Base64;

# What Authen::SASL asks for by another name, with two keys.
BEGIN { $INC{"Crypt/DES3.pm"} = 1 }
sub Crypt::DES3::new { return Crypt::DES_EDE3->new($_[1] . substr($_[1], 0, 8)) }

my ($port, $least, $greatest, $user, $password) = @ARGV;
my $socket = IO::Socket::INET->new("127.0.0.1:$port") or die "cannot connect: $!";
my $sasl = Authen::SASL->new(
  mechanism => "DIGEST-MD5", callback => { user => $user, pass => $password, authname => "" },
)->client_new("pop", "localhost");
$sasl->property(minssf => $least, maxssf => $greatest, maxbuf => 65536);

sub answer { my $line = <$socket> // die "closed"; $line =~ s/\\r\\n\\z//; return $line }
sub challenge { my $line = answer(); $line =~ /^\\+ (.*)/ or die $line; return decode_base64($1) }
sub say_line { print {$socket} "$_[0]\\r\\n" }

answer() =~ /^\\+OK / or die "no greeting";
say_line("AUTH DIGEST-MD5");
$sasl->client_start;
say_line(encode_base64($sasl->client_step(challenge()), ""));
$sasl->client_step(challenge());
die $sasl->error if $sasl->error;
say_line("");
my $last = answer();
$last =~ /^\\+OK / or die $last;
print "strength ", $sasl->property("ssf"), "\\n";

my $sealed = $sasl->securesocket($socket);
syswrite($sealed, "STAT\\r\\nRETR 1\\r\\n");
my $received = "";
while ($received !~ /\\r\\n\\.\\r\\n\\z/) {
  my $piece = "";
  sysread($sealed, $piece, 65536, 0) or die "closed: $received";
  $received .= $piece;
}
print $received;
`;

/** Bits of strength that a cipher is chosen by; of two with the same, the client takes the block cipher. */
const ciphers = [["auth-int", 1], ["rc4-40", 40], ["des", 56], ["3des", 112], ["rc4", 128]] as const;
const text = Array.from({ length: 10_000 }, (_, number) => `line ${number} of a long text\r\n`).join("");

for (const [name, bits] of ciphers) {
  interopTest(`Perl's Authen::SASL: DIGEST-MD5, ${name}`, programs, async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, `Subject: sealed\r\n\r\n${text}`);
    const { code, stdout, stderr } = await home.run(perl, [
      ...["-e", session, String(server.ports.pop3), String(bits), String(bits), alice.address, alice.password],
    ]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, `strength ${bits}\n+OK 1 `);
    assertStringIncludes(stdout, `Subject: sealed\r\n\r\n${text}.\r\n`);
  });
}
