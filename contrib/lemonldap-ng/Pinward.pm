package Pinward;

# Decides for LemonLDAP::NG (2.16 and later) whether a login is asked for its PIN.
# README.md beside this file says how it is installed.
#
# LemonLDAP::NG calls it inside its Safe jail, where a call of a method dies: there
# are only builtins here, and functions imported above. What dies in a rule counts
# as "no", which here would mean: no PIN. So everything that can die stands in an
# eval, and the answer of every error is to ask.

use strict;
use warnings;
use Socket qw(PF_INET SOCK_STREAM pack_sockaddr_in inet_aton);

# Where pinward serve listens, the file that holds the portal's key on one line,
# and how many seconds it may take to answer.
our $ADDRESS  = $ENV{PINWARD_ADDRESS}  || '127.0.0.1:8420';
our $KEY_FILE = $ENV{PINWARD_KEY_FILE} || '/etc/lemonldap-ng/pinward.key';
our $PATIENCE = 3;

# Logins that pinward let pass without a PIN, and when: LemonLDAP::NG asks its
# rules several times a login, and each would be one more in pinward's log.
our %passed;
our $passed_for = 10;    # seconds

# pinward_asks gives 1 where the PIN is to be asked, and 0 where not: on a
# recognized device, and for people who have no PIN.
sub pinward_asks {
    my ( $user, $cookies, $ip, $agent ) = @_;
    my $asks = 1;
    local $@;
    local $SIG{__DIE__} = 'DEFAULT';
    local $SIG{ALRM}    = sub { die "pinward does not answer\n" };
    eval {
        alarm $PATIENCE;
        $asks = 0 if lets_pass( $user, $cookies, $ip, $agent );
        alarm 0;
        1;
    } or $asks = 1;
    alarm 0;
    return $asks;
}

# lets_pass reports whether pinward lets the login pass without a PIN.
sub lets_pass {
    my ( $user, $cookies, $ip, $agent ) = map { defined $_ ? $_ : '' } @_;
    return 0 if $user eq '';
    my $answer = post(
        '/v1/recognize',
        'application/x-www-form-urlencoded',
        join '&',
        map { $_->[0] . '=' . escaped( $_->[1] ) }
          ( [ login => $user ], [ cookies => $cookies ], [ ip => $ip ], [ user_agent => $agent ] )
    );
    return 0 unless decision($answer) eq 'allow';
    return 1 if $answer =~ /"reason":\s*"device_recognized"/;

    # Nobody is recognized, and pinward asks for no PIN. It has to know that
    # somebody logs in: it may owe this person a mail about it.
    my $login = join "\n", $user, $ip, $agent;
    my $now   = time;
    delete @passed{ grep { $now - $passed{$_} > $passed_for } keys %passed };
    return 1 if $passed{$login};
    my @fields = ( [ login => $user ], [ user_agent => $agent ] );
    push @fields, [ ip => $ip ] if $ip ne '';
    $answer = post( '/v1/logins', 'application/json',
        '{' . join( ',', map { text( $_->[0] ) . ':' . text( $_->[1] ) } @fields ) . '}' );
    return 0 unless decision($answer) eq 'allow';
    $passed{$login} = $now;
    return 1;
}

# decision gives the decision of an answer, '' where it is a failure.
sub decision {
    my ($answer) = @_;
    return '' unless $answer =~ m{^HTTP/1\.[01] 20[01] };
    return $answer =~ /"decision":\s*"([a-z]+)"/ ? $1 : '';
}

# post sends a request and gives the whole answer. It dies where there is none.
sub post {
    my ( $path, $type, $body ) = @_;
    my ( $host, $port ) = $ADDRESS =~ /^(.*):(\d+)$/ or die "no address\n";
    my $request = join "\r\n", "POST $path HTTP/1.0", "Host: $ADDRESS",
      'Authorization: Bearer ' . key(), "Content-Type: $type",
      'Content-Length: ' . length($body), '', $body;
    my $address = inet_aton($host) or die "no such host\n";
    socket( my $socket, PF_INET, SOCK_STREAM, 6 ) or die "no socket\n";
    connect( $socket, pack_sockaddr_in( $port, $address ) ) or die "not there\n";
    while ( length $request ) {
        my $sent = syswrite( $socket, $request ) or die "hung up\n";
        substr( $request, 0, $sent, '' );
    }
    my $answer = '';
    while ( length $answer < 1 << 20 ) {
        my $got = sysread( $socket, $answer, 65536, length $answer );
        die "hung up\n" unless defined $got;
        last unless $got;
    }
    close $socket;
    return $answer;
}

# key reads the portal's key; it is read anew each time, so that a new one needs
# no restart.
sub key {
    open( my $file, '<', $KEY_FILE ) or die "no key\n";
    my $key = readline $file;
    close $file;
    defined $key or die "no key\n";
    $key =~ s/\s+$//;
    return $key;
}

# escaped writes a value of form data; text one of JSON, of which it leaves out
# what is not plain ASCII.
sub escaped {
    my ($s) = @_;
    utf8::encode($s) if utf8::is_utf8($s);
    $s =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;
    return $s;
}

sub text {
    my ($s) = @_;
    $s =~ tr/\x20-\x7e//cd;
    $s =~ s/(["\\])/\\$1/g;
    return qq{"$s"};
}

1;
