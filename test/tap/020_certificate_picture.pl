# Does everything fit on the default certificate, as the pixels show it?
use strict;
use warnings;

use Compress::Zlib;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Two thirds of the template's own units, which positions below are in.
use constant { WIDTH => 990, HEIGHT => 700, SCALE => 2 / 3 };

plan skip_all => 'rsvg-convert is not installed' if system('rsvg-convert --version >/dev/null 2>&1') != 0;

my @learners = (
	[ 1, 'a short name', 'Ada' ],
	[ 2, 'a long name', 'Maximiliane Wilhelmina Mountbatten-Wittgenstein-Hohenlohe von und zu Westerwald' ],
	[ 3, 'a very long name of wide letters', 'WM' x 150 ],
	[ 4, 'a name in Arabic', "\x{645}\x{62D}\x{645}\x{62F} \x{627}\x{644}\x{62E}\x{648}\x{627}\x{631}\x{632}\x{645}\x{64A} " x 3 ],
	[ 5, 'a name in Chinese', "\x{53F8}\x{99AC}\x{76F8}\x{5982}" x 8 ],
	[ 6, 'a name in Cyrillic', "\x{429}\x{435}\x{440}\x{431}\x{438}\x{43D}\x{430} " x 8 ],
	[ 7, 'a name of markup', q{<&"']]><script/>&amp;{{number}}} ],
);

my $node = PostgreSQL::Test::Cluster->new('pictures');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$ENV{PGCLIENTENCODING} = 'UTF8';
my $values = join ', ', map { "($_->[0], 1, " . quoted($_->[2]) . ')' } @learners;
utf8::encode($values);
my $setup = <<"SQL";
CREATE EXTENSION achieve;
SELECT achieve.install();
INSERT INTO achieve.issuer (name, url, verification_url)
	VALUES ('Harbour Training Academy', 'https://harbour.example', 'https://harbour.example/verify?code=');
INSERT INTO achieve.account (account_id, name) VALUES (1, 'Nordlicht Logistics');
INSERT INTO achieve.learner (learner_id, account_id, name) VALUES $values, (8, 1, ' ');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body)
	VALUES (1, 'default', 'Default', achieve.default_certificate_template()),
		(2, 'loose', 'Of one size', replace(achieve.default_certificate_template(), '{{font_size learner_name 1240 82}}', '82'));
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id, valid_for, valid_unit)
	VALUES (1, 'forklift', 'Forklift Operator', 1, 2, 'year'),
		(3, 'loose', 'Forklift Operator', 2, NULL, NULL),
		(2, 'long', repeat('Advanced Warehouse Management ', 6), 1, NULL, NULL);
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
	VALUES (1, 'Forklift driving', '2026-03-02 09:00+00', '2026-03-04 17:00+00', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed'), (1, 2, NULL), (1, 3, NULL);
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1, learner_id FROM achieve.learner;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 1, learner_id, 'done', 1 FROM achieve.learner;
SELECT achieve.award(1, 1, 'long', 'by hand'), achieve.award(1, 2, 'loose', 'by hand');
SQL
$node->safe_psql('postgres', $setup);

# Where the name and the title stand, from row to row.
my @name = (360, 486);
my @title = (205, 300);

my $blank = picture(8, 'forklift');
is(extent($blank, @name), 'nothing', 'where there is no name, its place is blank');
is(outside($blank), 0, 'and nothing is beyond the border');
for my $learner (@learners)
{
	my ($id, $what) = @$learner;
	my $picture = picture($id, 'forklift');

	like(extent($picture, @name), qr/^inside/, "$what is there and fits");
	is(outside($picture), 0, "$what: nothing is beyond the border");
}
like(extent(picture(2, 'loose'), @name), qr/^outside/, 'a long name that is not made to fit would be seen');
like(extent(picture(1, 'long'), @title), qr/^inside/, 'a long title fits');

done_testing();

sub quoted
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

# The certificate as rows of pixels, three bytes each.
sub picture
{
	my ($learner, $type) = @_;
	my $base = PostgreSQL::Test::Utils::tempdir() . "/$learner-$type";
	my $text = $node->safe_psql('postgres', <<"SQL");
SELECT achieve.render_certificate(certificate_id) FROM achieve.certificates_tab
WHERE learner_id = $learner AND achievement_type = '$type' AND status = 'current'
SQL
	open my $out, '>', "$base.svg" or die "$base.svg: $!";
	print $out $text;
	close $out;
	system('rsvg-convert', '-w', WIDTH, '-h', HEIGHT, '-o', "$base.png", "$base.svg") == 0
	  or die "rsvg-convert failed on $base.svg";
	return pixels("$base.png");
}

# Reads a PNG of 8 bits for each of red, green, blue and perhaps alpha.
sub pixels
{
	my ($file) = @_;
	open my $in, '<:raw', $file or die "$file: $!";
	my $png = do { local $/; <$in> };
	my ($at, $packed, $width, $height, $depth, $color) = (8, '');
	while ($at < length $png)
	{
		my ($size, $kind) = unpack 'N a4', substr $png, $at, 8;
		my $data = substr $png, $at + 8, $size;
		($width, $height, $depth, $color) = unpack 'N N C C', $data if $kind eq 'IHDR';
		$packed .= $data if $kind eq 'IDAT';
		$at += $size + 12;
	}
	die "$file: ${width}x$height, depth $depth, color $color"
	  if $width != WIDTH || $height != HEIGHT || $depth != 8 || ($color != 6 && $color != 2);
	my $step = $color == 6 ? 4 : 3;
	my $raw = uncompress($packed);
	my @above = (0) x ($width * $step);
	my @rows;
	for my $y (0 .. $height - 1)
	{
		my ($filter, @line) = unpack 'C*', substr $raw, $y * ($width * $step + 1), $width * $step + 1;
		for my $i (0 .. $#line)
		{
			my $left = $i >= $step ? $line[ $i - $step ] : 0;
			my $corner = $i >= $step ? $above[ $i - $step ] : 0;
			my $guess = $filter == 0 ? 0
			  : $filter == 1 ? $left
			  : $filter == 2 ? $above[$i]
			  : $filter == 3 ? ($left + $above[$i]) >> 1
			  : paeth($left, $above[$i], $corner);
			$line[$i] = ($line[$i] + $guess) & 255;
		}
		@above = @line;
		push @rows, [ map { $line[ $_ * $step ] } 0 .. $width - 1 ];
	}
	return \@rows;
}

sub paeth
{
	my ($left, $above, $corner) = @_;
	my $guess = $left + $above - $corner;
	my ($l, $a, $c) = (abs($guess - $left), abs($guess - $above), abs($guess - $corner));
	return $l <= $a && $l <= $c ? $left : $a <= $c ? $above : $corner;
}

# Ink is darker than the paper, whose red is 253.
sub is_ink { return $_[0] < 200 }

# How far ink reaches to the sides of a band of rows, within the border.
sub extent
{
	my ($picture, $from, $to) = @_;
	my ($first, $last);
	for my $row (@{$picture}[ $from * SCALE .. $to * SCALE ])
	{
		for my $x (60 * SCALE .. WIDTH - 60 * SCALE - 1)
		{
			next unless is_ink($row->[$x]);
			$first = $x if !defined $first || $x < $first;
			$last = $x if !defined $last || $x > $last;
		}
	}
	return 'nothing' unless defined $first;
	return ($first >= 80 * SCALE && $last <= WIDTH - 80 * SCALE ? 'inside' : 'outside') . " from $first to $last";
}

# The number of inked pixels outside of the border.
sub outside
{
	my ($picture) = @_;
	my $count = 0;
	my $margin = 36 * SCALE;
	for my $y (0 .. HEIGHT - 1)
	{
		my $is_edge = $y < $margin || $y >= HEIGHT - $margin;
		for my $x ($is_edge ? 0 .. WIDTH - 1 : (0 .. $margin - 1, WIDTH - $margin .. WIDTH - 1))
		{
			$count++ if is_ink($picture->[$y][$x]);
		}
	}
	return $count;
}
